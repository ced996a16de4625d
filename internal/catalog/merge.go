package catalog

import (
	"context"
	"strings"

	"entrepot/ent"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// change is what one row of an input asks for.
type change struct {
	sku      string
	expected *int64
	status   stock.Status // "" stays
	Fields
}

// editor holds the rows of a command and what its transaction read for them.
type editor struct {
	at    func(i int) fault.Path
	rows  []change
	codes barcodes
	shown map[string][]*ent.Barcode
}

func (e *editor) check(faults *fault.List, i int) {
	path, c := e.at(i), &e.rows[i]
	checkSKU(faults, path.At("sku"), c.sku)
	for _, t := range []struct {
		field string
		text  *string
		what  string
		limit int
	}{
		{"name", c.Name, "a name", 200},
		{"englishName", c.EnglishName, "an English name", 200},
		{"category", c.Category, "a category", 100},
		{"brand", c.Brand, "a brand", 100},
		{"spec", c.Spec, "a specification", 200},
		{"unit", c.Unit, "a unit", 20},
	} {
		if t.text == nil {
			continue
		}
		*t.text = strings.TrimSpace(*t.text)
		command.CheckLine(faults, path.At(t.field), *t.text, t.what, t.limit)
		if *t.text == "" && (t.field == "name" || t.field == "unit") {
			faults.Add(fault.Required, path.At(t.field), "%s is not empty", t.what)
		}
	}
	if c.Description != nil {
		command.CheckText(faults, path.At("description"), *c.Description, "a description", 2000)
	}
	if c.PriceCurrency != nil {
		if *c.PriceCurrency = command.Currency(*c.PriceCurrency); *c.PriceCurrency != "" {
			command.CheckCurrency(faults, path.At("priceCurrency"), *c.PriceCurrency)
		}
	}
	if c.Price != nil && *c.Price < 0 {
		faults.Add(fault.Invalid, path.At("price"), "a price is not negative")
	}
	for _, n := range []struct {
		field string
		value *int64
		most  int64
	}{
		{"minStock", c.MinStock, maxAmount},
		{"maxStock", c.MaxStock, maxAmount},
		{"weightG", c.WeightG, maxAmount},
		{"lengthMm", c.LengthMm, maxLength},
		{"widthMm", c.WidthMm, maxLength},
		{"heightMm", c.HeightMm, maxLength},
	} {
		if n.value != nil && (*n.value < 0 || *n.value > n.most) {
			faults.Add(fault.Invalid, path.At(n.field), "%s is 0 to %d, not %d", n.field, n.most, *n.value)
		}
	}
	checkBarcodes(faults, path.At("barcodes"), c.Barcodes)
}

func checkSKU(faults *fault.List, path fault.Path, sku string) {
	switch {
	case sku == "":
		faults.Add(fault.Required, path, "give the SKU")
	case len(sku) > MaxSKU:
		faults.Add(fault.Invalid, path, "a SKU has at most %d bytes, %q has %d", MaxSKU, command.Short(sku), len(sku))
	default:
		command.CheckLine(faults, path, sku, "a SKU", MaxSKU)
	}
}

func (e *editor) look(ctx context.Context, tx store.Tx) (err error) {
	e.codes, err = lookBarcodes(ctx, tx, e.rows)
	return err
}

func (e *editor) find(ctx context.Context, tx store.Tx) (map[int]*ent.Product, error) {
	skus := make([]string, len(e.rows))
	for i, c := range e.rows {
		skus[i] = c.sku
	}
	found, err := bySKU(ctx, tx, skus)
	rows := make(map[int]*ent.Product, len(found))
	for i, sku := range skus {
		if p := found[sku]; p != nil {
			rows[i] = p
		}
	}
	return rows, err
}

func (e *editor) merge(faults *fault.List, i int, p, old *ent.Product) (more bool) {
	path, c := e.at(i), e.rows[i]
	if old == nil {
		p.Sku, p.Unit, p.Status = c.sku, "PCS", stock.StatusActive
		if c.Name == nil {
			faults.Add(fault.Required, path.At("name"), "SKU %s is new: give it a name", command.Short(c.sku))
		}
	}
	for _, t := range []struct{ to, from *string }{
		{&p.Name, c.Name},
		{&p.EnglishName, c.EnglishName},
		{&p.Description, c.Description},
		{&p.Category, c.Category},
		{&p.Brand, c.Brand},
		{&p.Spec, c.Spec},
		{&p.Unit, c.Unit},
		{&p.PriceCurrency, c.PriceCurrency},
	} {
		if t.from != nil {
			*t.to = *t.from
		}
	}
	for _, n := range []struct{ to, from *int64 }{
		{&p.MinStock, c.MinStock},
		{&p.WeightG, c.WeightG},
		{&p.LengthMm, c.LengthMm},
		{&p.WidthMm, c.WidthMm},
		{&p.HeightMm, c.HeightMm},
	} {
		if n.from != nil {
			*n.to = *n.from
		}
	}
	if c.Price != nil || c.ClearPrice {
		p.Price = c.Price
	}
	if c.MaxStock != nil || c.ClearMaxStock {
		p.MaxStock = c.MaxStock
	}
	if c.status != "" {
		p.Status = c.status
	}
	e.agree(faults, path, c, p)
	return e.codes.plan(faults, path.At("barcodes"), i, c)
}

// agree adds what the fields of the whole product say against each other.
func (e *editor) agree(faults *fault.List, path fault.Path, c change, p *ent.Product) {
	switch {
	case p.Price != nil && p.PriceCurrency == "":
		faults.Add(fault.Required, path.At("priceCurrency"), "give the currency of the price")
	case p.Price == nil && c.PriceCurrency != nil && *c.PriceCurrency != "":
		faults.Add(fault.Invalid, path.At("priceCurrency"), "there is no price: give one with its currency, or neither")
	case p.Price == nil:
		p.PriceCurrency = ""
	}
	if p.MaxStock != nil && *p.MaxStock < p.MinStock {
		field := "maxStock"
		if c.MaxStock == nil {
			field = "minStock"
		}
		faults.Add(fault.Invalid, path.At(field), "maxStock %d is below minStock %d", *p.MaxStock, p.MinStock)
	}
}
