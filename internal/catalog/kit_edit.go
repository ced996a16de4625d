package catalog

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"entgo.io/ent/dialect/sql"

	"entrepot/ent"
	"entrepot/ent/interchangemember"
	"entrepot/ent/kitcomponent"
	"entrepot/ent/product"
	"entrepot/ent/reservation"
	"entrepot/ent/reservationline"
	entstock "entrepot/ent/stock"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

func checkComponents(faults *fault.List, path fault.Path, kit string, list []ComponentInput) {
	if len(list) > MaxComponents {
		faults.Add(fault.TooMany, path, "a kit has at most %d components, not %d", MaxComponents, len(list))
		return
	}
	first := map[string]bool{}
	for j := range list {
		c := &list[j]
		at := path.At(strconv.Itoa(j))
		c.SKU = SKU(c.SKU)
		switch {
		case c.SKU == "":
			faults.Add(fault.Required, at.At("sku"), "give the SKU of the component")
		case c.SKU == kit:
			faults.Add(fault.Invalid, at.At("sku"), "a kit does not contain itself")
		case first[c.SKU]:
			faults.Add(fault.Invalid, at.At("sku"), "SKU %s is in the list twice: add the quantities up", command.Short(c.SKU))
		}
		first[c.SKU] = true
		if c.Quantity < 1 || c.Quantity > maxPerKit {
			faults.Add(fault.Invalid, at.At("quantity"), "a kit has 1 to %d units of a component, not %d", maxPerKit, c.Quantity)
		}
	}
}

// kits plans which components go and which come, over all rows of a command, and
// what sort of thing products become. What it knows follows the accepted rows.
type kits struct {
	products map[string]*ent.Product                 // of the rows and of their components, locked
	parts    map[string]map[string]*ent.KitComponent // by kit and SKU
	usedIn   map[string]map[string]bool              // the kits that a SKU is in
	// Of products whose kind a row gives: whether they were ever stocked, are
	// promised to somebody, or are exchanged with others.
	stocked, promised, exchanged map[string]bool

	planned map[int]*ent.Product // by row, as is what goes and comes
	gone    map[int][]*ent.KitComponent
	come    map[int][]*ent.KitComponent
}

// lookKits reads what the rows need to know of kits; nothing when none is about them.
func lookKits(ctx context.Context, tx store.Tx, rows []change, products map[string]*ent.Product) (kits, error) {
	k := kits{
		products: maps.Clone(products), parts: map[string]map[string]*ent.KitComponent{}, usedIn: map[string]map[string]bool{},
		planned: map[int]*ent.Product{}, gone: map[int][]*ent.KitComponent{}, come: map[int][]*ent.KitComponent{},
	}
	var skus, turned []string
	for _, c := range rows {
		if c.Kind != nil || c.Components != nil {
			skus = append(skus, c.sku)
		}
		if p := products[c.sku]; p != nil && c.Kind != nil && *c.Kind != p.Kind {
			turned = append(turned, c.sku)
		}
	}
	if len(skus) == 0 {
		return k, nil
	}
	found, err := tx.Ent.KitComponent.Query().
		Where(kitcomponent.Or(page.In(kitcomponent.FieldKitSku, skus), page.In(kitcomponent.FieldSku, skus))).
		Order(ent.Asc(kitcomponent.FieldID)).All(ctx)
	for _, c := range found {
		k.put(c)
	}
	if err != nil || len(turned) == 0 {
		return k, err
	}
	return k, k.lookTurned(ctx, tx, turned)
}

// lookTurned asks what speaks against another kind, of products that are held
// against new stocks, promises and groups until the transaction ends.
func (k *kits) lookTurned(ctx context.Context, tx store.Tx, skus []string) (err error) {
	if _, err := tx.Ent.Product.Query().Where(page.In(product.FieldSku, skus), store.LockAlone).Order(ent.Asc(product.FieldSku)).IDs(ctx); err != nil {
		return err
	}
	for _, ask := range []struct {
		to  *map[string]bool
		who func() ([]string, error)
	}{
		{&k.stocked, func() ([]string, error) {
			return tx.Ent.Stock.Query().Where(page.In(entstock.FieldSku, skus)).Unique(true).Select(entstock.FieldSku).Strings(ctx)
		}},
		{&k.promised, func() ([]string, error) {
			return tx.Ent.ReservationLine.Query().Where(page.In(reservationline.FieldSku, skus), ofActive).Unique(true).Select(reservationline.FieldSku).Strings(ctx)
		}},
		{&k.exchanged, func() ([]string, error) {
			return tx.Ent.InterchangeMember.Query().Where(page.In(interchangemember.FieldSku, skus)).Unique(true).Select(interchangemember.FieldSku).Strings(ctx)
		}},
	} {
		found, err := ask.who()
		if err != nil {
			return err
		}
		*ask.to = map[string]bool{}
		for _, sku := range found {
			(*ask.to)[sku] = true
		}
	}
	return nil
}

// ofActive: the line is of a reservation that still holds something.
func ofActive(s *sql.Selector) {
	r := sql.Dialect(s.Dialect()).Select(reservation.FieldID).From(sql.Table(reservation.Table))
	r.Where(sql.And(
		sql.ColumnsEQ(r.C(reservation.FieldID), s.C(reservationline.FieldReservationID)),
		sql.EQ(r.C(reservation.FieldState), string(stock.ReservationActive)),
	))
	s.Where(sql.Exists(r))
}

func (k *kits) put(c *ent.KitComponent) {
	if k.parts[c.KitSku] == nil {
		k.parts[c.KitSku] = map[string]*ent.KitComponent{}
	}
	if k.usedIn[c.Sku] == nil {
		k.usedIn[c.Sku] = map[string]bool{}
	}
	k.parts[c.KitSku][c.Sku], k.usedIn[c.Sku][c.KitSku] = c, true
}

// plan says whether the components of the product of row i change; p is what it
// becomes.
func (k *kits) plan(faults *fault.List, path fault.Path, i int, c change, p, old *ent.Product) (changes bool) {
	if k.planned != nil {
		k.planned[i] = p
	}
	if c.Kind == nil && c.Components == nil {
		return false
	}
	if old != nil && old.Kind != p.Kind {
		k.checkTurn(faults, path.At("kind"), p, old)
	}
	n := len(k.parts[p.Sku])
	if c.Components != nil {
		n = len(c.Components)
		k.planParts(faults, path.At("components"), i, c)
	}
	switch {
	case p.Kind == stock.ProductStandard && n > 0:
		faults.Add(fault.Invalid, path.At("components"), "SKU %s is no kit: give its kind, or an empty list of components", p.Sku)
	case p.Kind != stock.ProductStandard && n == 0:
		faults.Add(fault.Required, path.At("components"), "SKU %s is a kit: give its components", p.Sku)
	}
	if in := k.usedIn[p.Sku]; p.Kind != stock.ProductStandard && len(in) > 0 {
		faults.Add(fault.Invalid, path.At("kind"), "a kit contains no kit, and SKU %s is a component of %s", p.Sku, slices.Min(slices.Collect(maps.Keys(in))))
	}
	return len(k.gone[i])+len(k.come[i]) > 0
}

func (k *kits) checkTurn(faults *fault.List, path fault.Path, p, old *ent.Product) {
	if p.Kind != stock.ProductSalesKit && old.Kind != stock.ProductSalesKit {
		return // both are stocked as they are
	}
	switch {
	case k.promised[p.Sku]:
		faults.Add(fault.Invalid, path, "SKU %s is reserved: release that first, or make a new SKU", p.Sku)
	case p.Kind == stock.ProductSalesKit && k.stocked[p.Sku]:
		faults.Add(fault.Invalid, path, "a sales kit is never stocked, and SKU %s was: make a new SKU for the kit", p.Sku)
	case p.Kind == stock.ProductSalesKit && k.exchanged[p.Sku]:
		faults.Add(fault.Invalid, path, "SKU %s is in an interchange group: take it out of there first", p.Sku)
	}
}

func (k *kits) planParts(faults *fault.List, path fault.Path, i int, c change) {
	if len(c.Components) > MaxComponents {
		return // refused by itself
	}
	wanted := make(map[string]int64, len(c.Components))
	var gone, come []*ent.KitComponent
	for j, part := range c.Components {
		wanted[part.SKU] = part.Quantity
		if was := k.parts[c.sku][part.SKU]; was != nil && was.Quantity == part.Quantity {
			continue
		}
		at := path.At(strconv.Itoa(j)).At("sku")
		switch known := k.products[part.SKU]; {
		case known == nil:
			faults.Add(fault.NotFound, at, "there is no SKU %q", command.Short(part.SKU))
		case known.Kind != stock.ProductStandard:
			faults.Add(fault.Invalid, at, "a kit contains no kit, and SKU %s is one: list its components instead", part.SKU)
		case known.Status == stock.StatusArchived:
			faults.Add(fault.Archived, at, "SKU %s is archived", part.SKU)
		}
		come = append(come, &ent.KitComponent{KitSku: c.sku, Sku: part.SKU, Quantity: part.Quantity})
	}
	for sku, was := range k.parts[c.sku] {
		if wanted[sku] != was.Quantity {
			gone = append(gone, was)
		}
	}
	k.gone[i], k.come[i] = gone, come
}

// take lets later rows see what the accepted row i did.
func (k *kits) take(i int) {
	if p := k.planned[i]; p != nil {
		k.products[p.Sku] = p
	}
	for _, c := range k.gone[i] {
		delete(k.parts[c.KitSku], c.Sku)
		delete(k.usedIn[c.Sku], c.KitSku)
	}
	for _, c := range k.come[i] {
		k.put(c)
	}
}

var componentColumns = []store.Column[*ent.KitComponent]{
	{Name: kitcomponent.FieldKitSku, Type: "text", Value: func(c *ent.KitComponent) any { return c.KitSku }},
	{Name: kitcomponent.FieldSku, Type: "text", Value: func(c *ent.KitComponent) any { return c.Sku }},
	{Name: kitcomponent.FieldQuantity, Type: "bigint", Value: func(c *ent.KitComponent) any { return c.Quantity }},
}

// finish writes the components of the accepted rows.
func (k *kits) finish(ctx context.Context, tx store.Tx, accepted []int) error {
	var gone []int64
	var come []*ent.KitComponent
	for _, i := range accepted {
		for _, c := range k.gone[i] {
			gone = append(gone, c.ID)
		}
		come = append(come, k.come[i]...)
	}
	if len(gone) > 0 {
		if _, err := tx.Ent.KitComponent.Delete().Where(page.In(kitcomponent.FieldID, gone)).Exec(ctx); err != nil {
			return err
		}
	}
	n, err := store.InsertAll(ctx, tx, kitcomponent.Table, componentColumns, come)
	if err == nil && n < len(come) {
		return store.ErrRetry
	}
	return err
}
