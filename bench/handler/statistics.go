package main

import (
	"database/sql"
	"net/http"
)

// Days are those of the warehouse. Postings are added up first: then a fifth of the
// rows is told its day and sorted.
const statisticsSQL = `SELECT day::text, sum(movements), count(DISTINCT posting_id), sum(came), sum(went)
FROM (
  SELECT p.*, (p.occurred_at AT TIME ZONE w.time_zone)::date AS day
  FROM (
    SELECT posting_id, warehouse_id, occurred_at, count(*) AS movements,
      sum(greatest(quantity_delta, 0)) AS came, sum(greatest(-quantity_delta, 0)) AS went
    FROM stock_movements WHERE occurred_at >= $1 AND occurred_at < $2 GROUP BY posting_id, warehouse_id, occurred_at) p
  JOIN warehouses w ON w.id = p.warehouse_id) d
GROUP BY day ORDER BY day`

type day struct {
	Day       string `json:"day"`
	Movements int64  `json:"movementCount"`
	Postings  int64  `json:"postingCount"`
	In        int64  `json:"unitsIn"`
	Out       int64  `json:"unitsOut"`
}

func movementStatistics(statement *sql.Stmt, r *http.Request) (any, error) {
	rows, err := statement.QueryContext(r.Context(), r.FormValue("from"), r.FormValue("to"))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out struct {
		Nodes []day `json:"nodes"`
	}
	for rows.Next() {
		var d day
		if err := rows.Scan(&d.Day, &d.Movements, &d.Postings, &d.In, &d.Out); err != nil {
			return nil, err
		}
		out.Nodes = append(out.Nodes, d)
	}
	return out, rows.Err()
}
