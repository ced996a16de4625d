package report

import (
	"context"
	"time"

	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// MaxLayers is how many layers of one stock are told, the latest of them.
const MaxLayers = 200

// StockLayer is what is left of one receipt.
type StockLayer struct {
	ReceivedAt time.Time
	AgeDays    int
	Units      int64
	PostingID  int64
}

// Layers are the layers of stocks by key, oldest first. People without stock:view
// get none.
func (s *Service) Layers(ctx context.Context, stocks []int64) (_ map[int64][]*StockLayer, err error) {
	defer fault.Wrap(&err, "report.Layers")
	if !auth.From(ctx).Can(auth.StockView) {
		return nil, nil
	}
	p := &store.Params{Dialect: s.db.Dialect()}
	statement := "WITH positions AS (SELECT s.id AS stock_id, s.warehouse_id, s.sku, s.batch_no, s.physical_quantity AS physical FROM stocks s WHERE " +
		p.AmongIDs("s.id", stocks) + "), layers AS (" + (&scope{}).layers(p, moment{}) + `)
SELECT stock_id, received_at, physical, posting_id FROM (
  SELECT l.*, row_number() OVER (PARTITION BY stock_id ORDER BY received_at DESC, stock_version DESC) AS place FROM layers l
) latest WHERE place <= ` + p.Add(MaxLayers) + " ORDER BY stock_id, place DESC"
	now := s.now()
	out := make(map[int64][]*StockLayer, len(stocks))
	rows, err := s.db.SQL().QueryContext(ctx, statement, p.Values...) // beside stocks, so never from the replica
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var stock int64
		var received store.Time
		l := &StockLayer{}
		if err := rows.Scan(&stock, &received, &l.Units, &l.PostingID); err != nil {
			return nil, err
		}
		l.ReceivedAt, l.AgeDays = received.Time, int(now.Sub(received.Time)/(24*time.Hour))
		out[stock] = append(out[stock], l)
	}
	return out, rows.Err()
}
