package graph_test

import (
	"testing"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/money"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestAnOverviewTellsWhatAWarehouseHoldsAndHowFullItIs(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		s := summarise(t, db)
		g, p := s.g, s.p
		g.Must(t, p, "warehouseCreate", "", map[string]any{"code": "EMPTY", "name": "Empty", "currency": "CNY", "capacity": 10})
		g.Must(t, p, "warehouseUpdate", "", map[string]any{"code": "US1", "capacity": 1000, "maxVolumeCm3": 2000})
		g.Must(t, p, "locationsGenerate", "", map[string]any{"warehouseCode": "US1", "zones": []any{"A"}, "aisles": map[string]any{"to": 3}, "levels": map[string]any{"to": 1}, "positions": map[string]any{"to": 1}})
		g.Must(t, p, "locationUpdate", "", map[string]any{"warehouseCode": "US1", "code": "A-01-01-01", "isLocked": true})
		g.Must(t, p, "inboundCreate", "", map[string]any{"idempotencyKey": "doc", "warehouseCode": "US1", "lines": []any{map[string]any{"sku": "S1", "quantity": 1}}})

		type overview struct {
			StockCount, SKUCount, Physical, Available, OnHold   int64
			FreeCapacity, CapacityUsedPercent                   *int64
			VolumeCm3, UnmeasuredSKUCount, WeightG              int64
			FreeVolumeCm3, VolumeUsedPercent, OpenDocumentCount *int64
			Value, BaseValue                                    *string
			LocationCount, LockedLocationCount                  int64
			LastMovementAt                                      *time.Time
		}
		var out struct {
			Warehouses struct {
				Nodes []struct {
					Code     string
					Overview overview
				}
			}
		}
		g.Do(t, p, `{ warehouses { nodes { code overview { stockCount skuCount physical available onHold freeCapacity capacityUsedPercent volumeCm3 unmeasuredSkuCount weightG
			freeVolumeCm3 volumeUsedPercent value baseValue locationCount lockedLocationCount openDocumentCount lastMovementAt } } } }`, nil).Into(t, &out)
		got := map[string]overview{}
		for _, n := range out.Warehouses.Nodes {
			got[n.Code] = n.Overview
		}

		var units, stocks, volume, value int64
		skus, unmeasured := map[string]bool{}, map[string]bool{}
		for _, f := range s.facts(func(*ent.StockMovement) bool { return true }, false) {
			if s.warehouses[f.WarehouseID].Code != "US1" || f.q[0] == 0 {
				continue
			}
			product := s.products[f.Sku]
			units, stocks, value = units+f.q[0], stocks+1, value+f.value
			skus[f.Sku] = true
			if product.LengthMm == 0 {
				unmeasured[f.Sku] = true
			}
			volume += f.q[0] * ((product.LengthMm*product.WidthMm*product.HeightMm + 999) / 1000)
		}
		us := got["US1"]
		if us.Physical != units || us.StockCount != stocks || us.SKUCount != int64(len(skus)) || us.VolumeCm3 != volume ||
			us.UnmeasuredSKUCount != int64(len(unmeasured)) || *us.Value != money.Amount(value).String() {
			t.Errorf("got %+v, want %d units in %d stocks of %d SKUs, %d cm3, %d unmeasured, worth %s", us, units, stocks, len(skus), volume, len(unmeasured), money.Amount(value))
		}
		if *us.FreeCapacity != 1000-units || *us.CapacityUsedPercent != units*100/1000 || *us.FreeVolumeCm3 != 2000-volume || *us.VolumeUsedPercent != volume*100/2000 {
			t.Errorf("how full: %+v", us)
		}
		if us.LocationCount != 6 || us.LockedLocationCount != 1 || *us.OpenDocumentCount != 1 {
			t.Errorf("what goes on: %+v", us)
		}
		last := time.Time{}
		for _, m := range s.movements {
			if s.warehouses[m.WarehouseID].Code == "US1" {
				last = m.RecordedAt
			}
		}
		if us.LastMovementAt == nil || !us.LastMovementAt.Equal(last) {
			t.Errorf("last movement %v, want %v", us.LastMovementAt, last)
		}
		if e := got["EMPTY"]; e.Physical != 0 || *e.FreeCapacity != 10 || *e.CapacityUsedPercent != 0 || e.FreeVolumeCm3 != nil || *e.Value != "0" || *e.BaseValue != "0" || e.LastMovementAt != nil || *e.OpenDocumentCount != 0 {
			t.Errorf("an empty warehouse: %+v", e)
		}

		keeper := g.SignIn(t, auth.RoleKeeper)
		var mine struct {
			Warehouse struct {
				Overview struct {
					Physical         int64
					Value, BaseValue *string
				}
			}
		}
		g.Do(t, keeper, `{ warehouse(code: "US1") { overview { physical value baseValue } } }`, nil).Into(t, &mine)
		if o := mine.Warehouse.Overview; o.Physical != units || o.Value != nil || o.BaseValue != nil {
			t.Errorf("a keeper sees %+v", o)
		}
	})
}
