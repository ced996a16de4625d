package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"entrepot/internal/document"
	"entrepot/internal/money"
	"entrepot/internal/stock"
)

// books is a load on its way. What happened is collected with its time, and told
// in the order of time: then every movement's value after is the one of its day.
type books struct {
	Services
	parts  []part
	now    time.Time
	events []event
}

type event struct {
	at time.Time
	do func(context.Context) error
}

// first is the day of the story on which the company opens its books; day 0 is today.
const first = -28

func (b *books) on(at time.Time, do func(context.Context) error) {
	b.events = append(b.events, event{at, do})
}

func (b *books) tell(ctx context.Context) error {
	b.supply()
	b.sell()
	b.work()
	slices.SortStableFunc(b.events, func(x, y event) int { return x.at.Compare(y.at) })
	for _, e := range b.events {
		if err := e.do(ctx); err != nil {
			return err
		}
	}
	return b.fillDesk(ctx)
}

// midnight begins a day of the story where a warehouse is.
func (b *books) midnight(site string, day int) time.Time {
	zone := time.UTC
	for _, w := range warehouses {
		if w.code == site {
			zone, _ = time.LoadLocation(w.timeZone) // the warehouse has it, so it can be loaded
		}
	}
	y, m, d := b.now.In(zone).Date()
	return time.Date(y, m, d+day, 0, 0, 0, 0, zone)
}

// at is a time of a day there; what is done by hand takes no notice of seconds.
func (b *books) at(site string, day, hour, minute int) time.Time {
	t := b.midnight(site, day)
	return time.Date(t.Year(), t.Month(), t.Day(), hour, minute, 0, 0, t.Location())
}

// some are parts that a warehouse keeps and whose SKUs begin so, at most n with
// each beginning.
func (b *books) some(site, prefixes string, n int) (found []part) {
	for _, prefix := range strings.Fields(prefixes) {
		left := n
		for _, p := range b.parts {
			if left > 0 && strings.HasPrefix(p.sku, prefix) && p.stocked(site) && !p.scarce() {
				found, left = append(found, p), left-1
			}
		}
	}
	return found
}

// scarce parts are running out: nothing is sent abroad or sold until they come.
func (p part) scarce() bool { return p.number%23 == 5 }

// batch is what is on the boxes of goods that age, made so many days ago.
func (b *books) batch(p part, age int) (no string, produced, expires *time.Time) {
	if p.shelf == 0 {
		return "", nil, nil
	}
	y, m, d := b.now.UTC().Date()
	made := time.Date(y, m, d-age, 0, 0, 0, 0, time.UTC)
	until := made.AddDate(0, p.shelf, 0)
	return made.Format("L060102"), &made, &until
}

// age is how many days ago the batches were made that were there from the first
// day. Some do not keep much longer.
func (p part) age() int {
	switch p.sku {
	case "FL-DOT4-1L":
		return 705
	case "BT-AGM-60":
		return 340
	}
	return 120
}

// leaving is a line of goods that were there from the first day.
func (b *books) leaving(site string, p part, units int64) document.LineInput {
	no, _, _ := b.batch(p, p.age())
	return document.LineInput{SKU: p.sku, BatchNo: no, Quantity: units, LocationCode: p.bin(site)}
}

func (b *books) coming(site string, p part, units int64, cost *money.Amount, currency string, age int) document.LineInput {
	no, made, until := b.batch(p, age)
	return document.LineInput{
		SKU: p.sku, BatchNo: no, ProducedOn: made, ExpiresOn: until, Quantity: units,
		UnitCost: cost, Currency: currency, LocationCode: p.bin(site),
	}
}

// create makes a document under a key of its own.
func (b *books) create(ctx context.Context, key string, in document.CreateInput) (document.Which, error) {
	in.Intent = intent(key)
	done, err := b.Documents.Create(ctx, in)
	if err != nil {
		return document.Which{}, fmt.Errorf("%s: %w", key, err)
	}
	return document.Which{No: done.Document.No}, nil
}

// done tells of a document that was executed whole at the time of its business.
func (b *books) done(key string, in document.CreateInput) {
	in.AdvanceTo = stock.DocumentCompleted
	b.on(*in.OccurredAt, func(ctx context.Context) error {
		_, err := b.create(ctx, key, in)
		return err
	})
}

// A delivery is one execution of a document: everything up to a share of each
// line, in percent of what was ordered. Of the first line some may be refused.
type delivery struct {
	at       time.Time
	upTo     int64
	rejected int64
	note     string
	last     bool
}

// delivered tells of a document that is drafted, approved and executed piece by
// piece, the last of which may leave something outstanding.
func (b *books) delivered(key string, in document.CreateInput, deliveries ...delivery) *document.Which {
	var which document.Which
	b.on(*in.OccurredAt, func(ctx context.Context) (err error) {
		if which, err = b.create(ctx, key, in); err == nil {
			_, err = b.Documents.Approve(ctx, document.ApproveInput{Intent: intent(key + "/approve"), Which: which})
		}
		return err
	})
	var before int64
	for i, d := range deliveries {
		from := before
		before = d.upTo
		b.on(d.at, func(ctx context.Context) error {
			_, err := b.Documents.Execute(ctx, document.ExecuteInput{
				Intent: intent(fmt.Sprintf("%s/%d", key, i+1)), Which: which, Note: d.note, OccurredAt: &d.at,
				Lines: d.lines(in.Lines, from), Complete: d.last && d.upTo == 100,
			})
			if err == nil && d.last && d.upTo < 100 {
				_, err = b.Documents.Complete(ctx, document.CompleteInput{
					Intent: intent(key + "/complete"), Which: which, Note: d.note, CloseShort: true,
				})
			}
			if err != nil {
				return fmt.Errorf("%s, delivery %d: %w", key, i+1, err)
			}
			return nil
		})
	}
	return &which
}

func (d delivery) lines(ordered []document.LineInput, from int64) (lines []document.ExecuteLine) {
	for i, l := range ordered {
		units := max(l.Quantity, -l.Quantity)
		e := document.ExecuteLine{LineNo: i + 1, Quantity: units*d.upTo/100 - units*from/100}
		if i == 0 {
			e.Quantity, e.RejectedQuantity = e.Quantity-d.rejected, d.rejected
		}
		if e.Quantity+e.RejectedQuantity > 0 {
			lines = append(lines, e)
		}
	}
	return lines
}

// giveUp cancels a document. What is taken back is taken back now: a
// cancellation has no other time.
func (b *books) giveUp(key string, at time.Time, which *document.Which, keep bool, note string) {
	b.on(at, func(ctx context.Context) error {
		_, err := b.Documents.Cancel(ctx, document.CancelInput{Intent: intent(key + "/cancel"), Which: *which, Note: note, KeepExecuted: keep})
		if err != nil {
			return fmt.Errorf("%s, cancel: %w", key, err)
		}
		return nil
	})
}
