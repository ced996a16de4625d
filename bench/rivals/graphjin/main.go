// Graphjin is the GraphQL server of GraphJin over the tables of Entrepot, in its
// production mode: what may be asked is known before (QUERIES, a JSON list), each
// question is compiled to one statement once, and PostgreSQL writes the answer.
//
// DATABASE_URL and ADDR say where.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"

	"github.com/dosco/graphjin/core/v3"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx", which GraphJin's own service has
)

const connections = 32 // as Entrepot has for reading

func main() {
	debug.SetGCPercent(400) // as Entrepot does
	if err := serve(); err != nil {
		log.Fatal(err)
	}
}

func serve() error {
	db, err := sql.Open("pgx", os.Getenv("DATABASE_URL"))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	folder, err := os.MkdirTemp("", "graphjin-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := learn(db, folder); err != nil {
		return err
	}
	graph, err := core.NewGraphJin(&core.Config{Production: true}, db, core.OptionSetFS(core.NewOsFS(folder)))
	if err != nil {
		return err
	}
	http.HandleFunc("GET /health", func(http.ResponseWriter, *http.Request) {})
	http.HandleFunc("POST /graphql", func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			Query     string
			Variables json.RawMessage
		}
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		answer, err := graph.GraphQL(r.Context(), q.Query, q.Variables, nil)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		body, err := json.Marshal(answer)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body) // the client is gone: nobody is left to tell
	})
	return http.ListenAndServe(os.Getenv("ADDR"), nil)
}

// learn asks every question once as a developer would, which allows it for production.
func learn(db *sql.DB, folder string) error {
	graph, err := core.NewGraphJin(&core.Config{}, db, core.OptionSetFS(core.NewOsFS(folder)))
	if err != nil {
		return err
	}
	var questions []struct {
		Query     string
		Variables json.RawMessage
	}
	if err := json.Unmarshal([]byte(os.Getenv("QUERIES")), &questions); err != nil {
		return err
	}
	for _, q := range questions {
		if _, err := graph.GraphQL(context.Background(), q.Query, q.Variables, nil); err != nil {
			return err
		}
	}
	return nil
}
