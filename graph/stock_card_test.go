package graph_test

import (
	"fmt"
	"testing"

	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// A delivery in two batches, a sale and a promise, as a storekeeper and a finance
// person read them afterwards: on the card, in the list of what is low, and in the
// statistic of the day.
func TestADayInTheWarehouseIsReadFromItsReports(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		manager := g.SignIn(t, auth.RoleManager)
		keeper := g.SignIn(t, auth.RoleKeeper)
		g.Warehouses(t, "MAIN")
		g.Must(t, manager, "productsImport", "", map[string]any{"mode": "CREATE", "rows": []any{
			map[string]any{"sku": "TEA", "name": "Tea", "category": "Drinks", "minStock": 20},
			map[string]any{"sku": "CUP", "name": "Cup", "minStock": 1},
		}})
		post := func(key string, changes ...any) {
			g.Must(t, manager, "stockAdjust", "", map[string]any{"idempotencyKey": key, "reasonCode": "DAY", "occurredAt": "2025-06-06T10:00:00Z", "changes": changes})
		}
		tea := func(batch string, delta int, more map[string]any) map[string]any {
			line := map[string]any{"sku": "TEA", "warehouseCode": "MAIN", "batchNo": batch, "delta": delta}
			for k, v := range more {
				line[k] = v
			}
			return line
		}
		post("delivery", tea("B1", 10, map[string]any{"unitCost": "2"}), tea("B2", 10, map[string]any{"unitCost": "4"}))
		post("sale", tea("B1", -4, nil))
		g.Must(t, manager, "stockMove", "", map[string]any{"idempotencyKey": "damage", "reasonCode": "DROPPED", "occurredAt": "2025-06-08T23:59:59Z", "moves": []any{
			map[string]any{"sku": "TEA", "warehouseCode": "MAIN", "batchNo": "B2", "from": "AVAILABLE", "to": "DAMAGED", "quantity": 1},
		}})

		card := `{ stockCard(sku: "tea", warehouseCode: "main") { sku currency batchNo from product { name } warehouse { code } unitsIn unitsOut
			opening { physical } openingValue closing { physical available damaged } closingValue
			lines { totalCount nodes { valueAfter after { physical available } movement { batchNo kind physicalDelta } } } } }`
		lines := `{"movement":{"batchNo":"B1","kind":"ADJUSTMENT","physicalDelta":10},"after":{"physical":10,"available":10},"valueAfter":%s},
			{"movement":{"batchNo":"B2","kind":"ADJUSTMENT","physicalDelta":10},"after":{"physical":20,"available":20},"valueAfter":%s},
			{"movement":{"batchNo":"B1","kind":"ADJUSTMENT","physicalDelta":-4},"after":{"physical":16,"available":16},"valueAfter":%s},
			{"movement":{"batchNo":"B2","kind":"MOVE","physicalDelta":0},"after":{"physical":16,"available":15},"valueAfter":%s}`
		body := `{"stockCard":{"sku":"TEA","currency":"CNY","batchNo":null,"from":null,"product":{"name":"Tea"},"warehouse":{"code":"MAIN"},"unitsIn":20,"unitsOut":4,
			"opening":{"physical":0},"openingValue":%s,"closing":{"physical":16,"available":15,"damaged":1},"closingValue":%s,"lines":{"totalCount":4,"nodes":[` + lines + `]}}}`
		moved := `{ movementStatistics(by: [WEEK, REASON, OPERATOR], from: "2025-06-06T00:00:00Z", to: "2025-06-10T00:00:00Z") { totalCount nodes { week day reasonCode operator { username } movementCount postingCount unitsIn unitsOut unitsNet valueIn valueOut }
			total { reasonCode movementCount postingCount documentCount unitsNet } } }`
		answer := `{"movementStatistics":{"totalCount":2,"nodes":[
			{"week":"2025-06-02","day":null,"reasonCode":"DAY","operator":{"username":"manager"},"movementCount":3,"postingCount":2,"unitsIn":20,"unitsOut":4,"unitsNet":16,"valueIn":%s,"valueOut":%s},
			{"week":"2025-06-02","day":null,"reasonCode":"DROPPED","operator":{"username":"manager"},"movementCount":1,"postingCount":1,"unitsIn":0,"unitsOut":0,"unitsNet":0,"valueIn":%s,"valueOut":%s}],
			"total":{"reasonCode":null,"movementCount":4,"postingCount":3,"documentCount":0,"unitsNet":16}}}`
		null := func(n int) []any {
			out := make([]any, n)
			for i := range out {
				out[i] = "null"
			}
			return out
		}
		for _, ask := range []struct {
			who         *auth.Principal
			query, want string
		}{
			{manager, card, fmt.Sprintf(body, `"0"`, `"48"`, `"20"`, `"60"`, `"48"`, `"48"`)},
			{keeper, card, fmt.Sprintf(body, null(6)...)},
			{manager, moved, fmt.Sprintf(answer, `"60"`, `"12"`, `"0"`, `"0"`)},
			{keeper, moved, fmt.Sprintf(answer, null(4)...)},
			{keeper, `{ lowStock { totalCount counts { state count } nodes { sku product { name } min max state physical available inTransit shortBy excess } } }`, `{"lowStock":{"totalCount":2,
				"counts":[{"state":"OUT_OF_STOCK","count":1},{"state":"BELOW_MIN","count":1},{"state":"ABOVE_MAX","count":0}],"nodes":[
				{"sku":"CUP","product":{"name":"Cup"},"min":1,"max":null,"state":"OUT_OF_STOCK","physical":0,"available":0,"inTransit":0,"shortBy":1,"excess":0},
				{"sku":"TEA","product":{"name":"Tea"},"min":20,"max":null,"state":"BELOW_MIN","physical":16,"available":15,"inTransit":0,"shortBy":5,"excess":0}]}}`},
			{
				keeper, `{ stockCard(sku: "tea", warehouseCode: "main", batchNo: "B2") { batchNo closing { physical damaged } lines(direction: DESC, first: 1) { nodes { after { available damaged } } } } }`,
				`{"stockCard":{"batchNo":"B2","closing":{"physical":10,"damaged":1},"lines":{"nodes":[{"after":{"available":9,"damaged":1}}]}}}`,
			},
			{keeper, `{ stockCard(sku: "cup", warehouseCode: "main") { sku } }`, `{"stockCard":null}`},
		} {
			if r := g.Do(t, ask.who, ask.query, nil); r.Code() != "" || !same(t, r.Data, ask.want) {
				t.Errorf("%s for %s\n got %s %v\nwant %s", ask.query, ask.who.Username, r.Data, r.Errors, ask.want)
			}
		}
	})
}
