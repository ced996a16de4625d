package catalog

import (
	"strings"

	"entrepot/ent"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/money"
	"entrepot/internal/stock"
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
	kits  kits
	shown hung
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
	checkComponents(faults, path.At("components"), c.sku, c.Components)
	c.Fields.checkCustoms(faults, path)
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

func (e *editor) merge(faults *fault.List, i int, p, old *ent.Product) (more bool) {
	path, c := e.at(i), e.rows[i]
	if old == nil {
		p.Sku, p.Unit, p.Status = c.sku, "PCS", stock.StatusActive
		p.Kind, p.AllocationRule = stock.ProductStandard, stock.AllocateFEFO
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
		{&p.HsCode, c.HSCode},
		{&p.OriginCountry, c.OriginCountry},
		{&p.CustomsCurrency, c.CustomsCurrency},
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
		{&p.MinShelfLifeDays, c.MinShelfLifeDays},
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
	if c.CustomsValue != nil || c.ClearCustomsValue {
		p.CustomsValue = c.CustomsValue
	}
	if c.Kind != nil {
		p.Kind = *c.Kind
	}
	if c.AllocationRule != nil {
		p.AllocationRule = *c.AllocationRule
	}
	if c.status != "" {
		p.Status = c.status
	}
	e.agree(faults, path, c, p)
	more = e.kits.plan(faults, path, i, c, p, old)
	return e.codes.plan(faults, path.At("barcodes"), i, c) || more
}

// agree adds what the fields of the whole product say against each other.
func (e *editor) agree(faults *fault.List, path fault.Path, c change, p *ent.Product) {
	paid(faults, path.At("priceCurrency"), "price", p.Price, &p.PriceCurrency, c.PriceCurrency)
	paid(faults, path.At("customsCurrency"), "customs value", p.CustomsValue, &p.CustomsCurrency, c.CustomsCurrency)
	if p.MaxStock != nil && *p.MaxStock < p.MinStock {
		field := "maxStock"
		if c.MaxStock == nil {
			field = "minStock"
		}
		faults.Add(fault.Invalid, path.At(field), "maxStock %d is below minStock %d", *p.MaxStock, p.MinStock)
	}
}

// paid holds an amount and its currency together: there are both or neither.
func paid(faults *fault.List, path fault.Path, what string, amount *money.Amount, currency, given *string) {
	switch {
	case amount != nil && *currency == "":
		faults.Add(fault.Required, path, "give the currency of the %s", what)
	case amount == nil && given != nil && *given != "":
		faults.Add(fault.Invalid, path, "there is no %s: give one with its currency, or neither", what)
	case amount == nil:
		*currency = ""
	}
}
