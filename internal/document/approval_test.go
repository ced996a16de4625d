package document_test

import (
	"testing"

	"entrepot/internal/auth"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestRulesSayWhoMayApprove(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 100) // at 10 each
		admin := f.SignIn(t, auth.RoleAdmin)
		rule := func(input vars) {
			t.Helper()
			f.Must(t, f.manager, "approvalRuleCreate", "approvalRule { code }", input)
		}
		rule(vars{"code": "four-eyes", "name": "Four eyes on scrap worth 500", "kind": "OUTBOUND", "warehouseCode": "sz01", "minValue": "500", "separate": true})
		rule(vars{"code": "BIG", "name": "Admins on adjustments", "kind": "ADJUSTMENT", "role": "admin"})
		out := func(n int) doc {
			return *f.must("outboundCreate", vars{"warehouseCode": "SZ01", "lines": []vars{lineOf("BRAKE-1", n)}}).Document
		}
		f.must("documentApprove", vars{"no": out(49).No}) // 490: below the rule
		big := out(50)
		before := f.rows()
		p := f.send(f.manager, "documentApprove", vars{"no": big.No})
		f.expect("the maker approves", p, "APPROVAL_SEPARATE input.no")
		if after := f.rows(); after["document_events"] != before["document_events"] || f.read(big.No).State != "DRAFT" {
			t.Error("a refused approval changed something")
		}
		f.expect("the maker approves at once", f.send(f.manager, "outboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []vars{lineOf("BRAKE-1", 51)}}), "APPROVAL_SEPARATE input.advanceTo")
		f.expect("somebody else approves", f.send(admin, "documentApprove", vars{"no": big.No}))
		other := f.must("outboundCreate", vars{"warehouseCode": "SZ01", "reasonCode": "SCRAP", "lines": []vars{lineOf("LAMP-1", 1)}}).Document
		f.expect("goods of no known cost are worth nothing", f.send(f.manager, "documentApprove", vars{"no": other.No}), "INSUFFICIENT_STOCK input.lines.0.quantity")

		adjustment := f.must("adjustmentCreate", vars{"warehouseCode": "SZ01", "reasonCode": "TEST", "lines": []vars{lineOf("LAMP-1", 1)}}).Document
		f.expect("without the role", f.send(f.manager, "documentApprove", vars{"no": adjustment.No}), "APPROVAL_ROLE input.no")
		rule(vars{"code": "ALL", "name": "Nobody alone", "separate": true})
		f.expect("all rules that do not hold", f.send(f.manager, "documentApprove", vars{"no": adjustment.No}), "APPROVAL_SEPARATE input.no", "APPROVAL_ROLE input.no")
		f.expect("with the role", f.send(admin, "documentApprove", vars{"no": adjustment.No}))
		f.Must(t, f.manager, "approvalRuleUpdate", "approvalRule { code }", vars{"code": "ALL", "status": "ARCHIVED"})
		mine := f.must("inboundCreate", vars{"warehouseCode": "SZ01", "lines": []vars{lineOf("LAMP-1", 1)}}).Document
		f.expect("a rule out of use", f.send(f.manager, "documentApprove", vars{"no": mine.No}))
		f.verify()
	})
}

func TestABadRuleIsRefused(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		for name, c := range map[string]struct {
			input vars
			want  string
		}{
			"no name":              {vars{"name": " "}, "REQUIRED"},
			"a code with blanks":   {vars{"code": "A B"}, "INVALID"},
			"a value below zero":   {vars{"minValue": "-1"}, "INVALID"},
			"a rule of nothing":    {vars{"separate": false}, "INVALID"},
			"an unknown role":      {vars{"role": "emperor"}, "NOT_FOUND"},
			"an unknown warehouse": {vars{"warehouseCode": "NOWHERE"}, "NOT_FOUND"},
		} {
			in := vars{"code": "R", "name": "Rule", "separate": true}
			for k, v := range c.input {
				in[k] = v
			}
			p := f.Mutate(t, f.manager, "approvalRuleCreate", "", in)
			if len(p.UserErrors) != 1 || p.UserErrors[0].Code != c.want {
				t.Errorf("%s: %+v", name, p.UserErrors)
			}
		}
		if n := f.count("SELECT count(*) FROM approval_rules"); n != 0 {
			t.Errorf("%d rules", n)
		}
	})
}
