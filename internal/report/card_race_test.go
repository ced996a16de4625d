package report_test

import (
	"testing"

	"entrepot/internal/ledger"
	"entrepot/internal/page"
	"entrepot/internal/report"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// Promises lock no worth, so those of two batches are numbered in one order and
// committed in the other. A card holds what was there when it was opened.
func TestACardKeepsToWhatItSawWhenItWasOpened(t *testing.T) {
	t.Parallel()
	db := testdb.Postgres(t)
	b := setup(t, db)
	promise := func(batch string, d ledger.Delta) func(store.Tx) error {
		return func(tx store.Tx) error {
			_, err := ledger.Post(t.Context(), tx, ledger.Posting{
				Kind: stock.MovementReservation, Operation: "test", ActorID: b.users[0].ID, BaseCurrency: "CNY", OccurredAt: opened, Now: opened,
				Moves: []ledger.Move{{
					Key:   ledger.Key{WarehouseID: b.warehouses[0].ID, SKU: b.skus[0], BatchNo: batch},
					Delta: d, Currency: "CNY", Rate: rates["CNY"],
				}},
			})
			return err
		}
	}
	for _, batch := range []string{"", "B1"} {
		if err := db.InTx(t.Context(), promise(batch, ledger.Delta{Physical: 10})); err != nil {
			t.Fatal(err)
		}
	}
	numbered, commit, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- db.InTx(t.Context(), func(tx store.Tx) error {
			err := promise("B1", ledger.Delta{Allocated: 3})(tx)
			close(numbered)
			<-commit
			return err
		})
	}()
	<-numbered
	if err := db.InTx(t.Context(), promise("", ledger.Delta{Allocated: 1})); err != nil {
		t.Fatal(err)
	}
	from := opened
	c, err := report.StockCard(b.ctx, db, report.CardQuery{SKU: b.skus[0], WarehouseCode: "W0", From: &from})
	if err != nil {
		t.Fatal(err)
	}
	close(commit)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	closing, err := c.Closing(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := c.Lines(b.ctx, page.Asc, page.Args{})
	if err != nil {
		t.Fatal(err)
	}
	after, err := lines.Nodes[len(lines.Nodes)-1].After(b.ctx)
	if err != nil || len(lines.Nodes) != 3 || *after != *closing || closing.Allocated != 1 {
		t.Errorf("%d lines, the last leaves %+v, the card closes with %+v (%v)", len(lines.Nodes), after, closing, err)
	}
}
