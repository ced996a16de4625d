package main

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"time"
)

const asOfSQL = `SELECT m.physical_after, m.available_after, m.allocated_after, m.damaged_after, m.hold_after, m.in_transit_after
FROM stocks s JOIN warehouses w ON w.id = s.warehouse_id CROSS JOIN LATERAL (
  SELECT * FROM stock_movements WHERE stock_id = s.id AND recorded_at <= $3 ORDER BY stock_version DESC LIMIT 1) m
WHERE w.code = $2 AND s.sku = $1 AND s.batch_no = ''`

func stockAsOf(statement *sql.Stmt, r *http.Request) (any, error) {
	var q quantities
	err := statement.QueryRowContext(r.Context(), r.FormValue("sku"), r.FormValue("warehouse"), r.FormValue("at")).
		Scan(&q.Physical, &q.Available, &q.Allocated, &q.Damaged, &q.OnHold, &q.InTransit)
	if errors.Is(err, sql.ErrNoRows) { // it was not stocked yet
		err = nil
	}
	return q, err
}

// The page is cut before the joins, which go by key whatever the planner thinks of a
// small journal, and batches are added up within it. A card from the first movement
// on opens with nothing and closes with what there is.
const cardSQL = `WITH m AS MATERIALIZED (
  SELECT * FROM stock_movements WHERE warehouse_id = (SELECT id FROM warehouses WHERE code = $2) AND sku = $1
  ORDER BY warehouse_id, sku, id LIMIT 51
)
SELECT m.id, m.kind, m.quantity_delta, m.available_delta, m.recorded_at, p.operation, p.reason_code,
  sum(m.quantity_delta) OVER so_far, sum(m.available_delta) OVER so_far, c.physical, c.available
FROM m CROSS JOIN LATERAL (SELECT * FROM postings WHERE id = m.posting_id LIMIT 1) p CROSS JOIN (
  SELECT sum(physical_quantity) AS physical, sum(available_quantity) AS available FROM stocks
  WHERE warehouse_id = (SELECT id FROM warehouses WHERE code = $2) AND sku = $1) c
WINDOW so_far AS (ORDER BY m.id ROWS UNBOUNDED PRECEDING) ORDER BY m.id`

type units struct {
	Physical  int64 `json:"physical"`
	Available int64 `json:"available"`
}

type posting struct {
	Operation  string `json:"operation"`
	ReasonCode string `json:"reasonCode"`
}

type movement struct {
	Kind           string    `json:"kind"`
	PhysicalDelta  int64     `json:"physicalDelta"`
	AvailableDelta int64     `json:"availableDelta"`
	RecordedAt     time.Time `json:"recordedAt"`
	Posting        posting   `json:"posting"`
}

type line struct {
	Movement movement `json:"movement"`
	After    units    `json:"after"`

	key int64
}

type lines struct {
	Nodes    []line   `json:"nodes"`
	PageInfo pageInfo `json:"pageInfo"`
}

func stockCard(statement *sql.Stmt, r *http.Request) (any, error) {
	rows, err := statement.QueryContext(r.Context(), r.FormValue("sku"), r.FormValue("warehouse"))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var card struct {
		Opening units `json:"opening"`
		Closing units `json:"closing"`
		Lines   lines `json:"lines"`
	}
	page := &card.Lines
	for rows.Next() {
		var l line
		m := &l.Movement
		if err := rows.Scan(&l.key, &m.Kind, &m.PhysicalDelta, &m.AvailableDelta, &m.RecordedAt, &m.Posting.Operation, &m.Posting.ReasonCode,
			&l.After.Physical, &l.After.Available, &card.Closing.Physical, &card.Closing.Available); err != nil {
			return nil, err
		}
		m.RecordedAt = m.RecordedAt.UTC()
		page.Nodes = append(page.Nodes, l)
	}
	if page.PageInfo.HasNextPage = len(page.Nodes) > 50; page.PageInfo.HasNextPage {
		page.Nodes = page.Nodes[:50]
	}
	if n := len(page.Nodes); n > 0 {
		page.PageInfo.EndCursor = opaque(fmt.Sprintf(`["stockCard.ASC",%d]`, page.Nodes[n-1].key))
	}
	return card, rows.Err()
}
