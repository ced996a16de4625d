// Handler is what a person would write for exactly the questions that bench asks,
// and nothing else: net/http, one statement with its joins, encoding/json. It asks
// nobody who they are, logs nothing and takes no arguments but those that the
// questions need. Bench compares Entrepot with it.
package main

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"

	_ "github.com/lib/pq" // the driver "postgres"
)

// connections are as many as Entrepot has for reading.
const connections = 32

func main() {
	debug.SetGCPercent(400) // as Entrepot does
	db, err := sql.Open("postgres", os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	http.HandleFunc("GET /health", func(http.ResponseWriter, *http.Request) {})
	for path, q := range map[string]struct {
		statement string
		answer    func(*sql.Stmt, *http.Request) (any, error)
	}{
		"/stocks":             {listSQL, stocks},
		"/stocksBySku":        {bySKUSQL, stocksBySKU},
		"/stockAsOf":          {asOfSQL, stockAsOf},
		"/stockCard":          {cardSQL, stockCard},
		"/stockSummary":       {summarySQL, stockSummary},
		"/stockSummaryAsOf":   {summaryAsOfSQL, stockSummaryAsOf},
		"/lowStock":           {lowSQL, lowStock},
		"/movementStatistics": {statisticsSQL, movementStatistics},
	} {
		statement, err := db.Prepare(q.statement)
		if err != nil {
			log.Fatalf("%s: %v", path, err)
		}
		http.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			data, err := q.answer(statement, r)
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			write(w, map[string]any{path[1:]: data})
		})
	}
	log.Fatal(http.ListenAndServe(os.Getenv("ADDR"), nil))
}

func opaque(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func write(w http.ResponseWriter, data any) {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(map[string]any{"data": data}); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	_, _ = w.Write(b.Bytes()) // the client is gone: nobody is left to tell
}
