package importer

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/document"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
)

// lineColumns are those of one line of a document.
var lineColumns = []column{
	{name: "sku", chinese: "货号", needed: true, also: []string{"商品编码", "商品编号", "SKU编码"}},
	{name: "quantity", chinese: "数量", needed: true, also: []string{"qty", "件数"}},
	{name: "batchNo", chinese: "批次", also: []string{"批号", "batch"}},
	{name: "producedOn", chinese: "生产日期"},
	{name: "expiresOn", chinese: "有效期至", also: []string{"失效日期", "到期日"}},
	{name: "locationCode", chinese: "库位", also: []string{"库位编码", "location"}},
	{name: "unitCost", chinese: "单位成本", also: []string{"成本"}},
	{name: "costCurrency", chinese: "成本币种"},
	{name: "bucket", chinese: "状态"},
}

var warehouseColumn = column{name: "warehouseCode", chinese: "仓库编码", needed: true, also: []string{"warehouse", "仓库"}}

func sameWarehouse(a, b record) bool {
	return strings.EqualFold(a.text("warehouseCode"), b.text("warehouseCode"))
}

var openingTable = table{
	kind: OpeningStock, needs: []auth.Permission{auth.DocumentCreate}, most: command.MaxRows, book: bookOpening, together: sameWarehouse,
	columns: append([]column{warehouseColumn}, lineColumns...),
}

// openingReason is the reason code of opening stock.
const openingReason = "OPENING"

func (r *record) line() document.LineInput {
	l := document.LineInput{
		SKU: r.text("sku"), BatchNo: r.text("batchNo"), Bucket: stock.BucketAvailable, LocationCode: r.text("locationCode"),
		UnitCost: r.amount("unitCost"), Currency: strings.ToUpper(r.text("costCurrency")),
		ProducedOn: r.moment("producedOn"), ExpiresOn: r.moment("expiresOn"),
	}
	if s := r.text("bucket"); s != "" {
		if err := l.Bucket.UnmarshalGQL(strings.ToUpper(s)); err != nil {
			r.refuse("bucket", fault.Invalid, strconv.Quote(command.Short(s))+" is no bucket; write AVAILABLE, DAMAGED or ON_HOLD")
		}
	}
	if n := r.number("quantity"); n != nil {
		l.Quantity = *n
	}
	return l
}

// bookOpening books the rows of one warehouse as an adjustment that brings them,
// without those that are refused.
func bookOpening(p *piece) error {
	for range 1 + len(p.rows) { // each time without the rows that were refused
		lines := each(p, func(r *record) document.LineInput {
			l := r.line()
			if l.Quantity < 0 {
				r.refuse("quantity", fault.Invalid, "opening stock is what is there; it is not negative")
			}
			return l
		})
		if len(lines) == 0 {
			return nil
		}
		_, err := p.s.documents.Create(p.ctx, document.CreateInput{
			Intent: p.intent(p.run.Key(p.rows[0].No), p.row), Kind: stock.DocumentAdjustment, WarehouseCode: p.rows[0].text("warehouseCode"),
			ReasonCode: openingReason, OccurredAt: p.in.OccurredAt, AdvanceTo: stock.DocumentCompleted, Lines: lines,
		})
		if err == nil {
			return nil
		}
		faults, err := mendable(err)
		if err != nil {
			return err
		}
		p.blame(faults, p.row)
	}
	return nil
}

// documentColumns are those of a document as a whole, given in its first row.
var documentColumns = []column{
	{name: "externalNo", chinese: "单号", needed: true, also: []string{"documentNo", "orderNo", "order", "订单号", "外部单号"}},
	warehouseColumn,
	{name: "reasonCode", chinese: "原因", also: []string{"reason", "原因代码"}},
	{name: "party", chinese: "往来单位", also: []string{"supplier", "customer", "供应商", "客户"}},
	{name: "country", chinese: "国家"},
	{name: "currency", chinese: "币种"},
	{name: "note", chinese: "备注", also: []string{"remark"}},
	{name: "occurredAt", chinese: "发生时间", also: []string{"日期", "date"}},
	{name: "expectedAt", chinese: "预计时间", also: []string{"eta", "预计到货"}},
	{name: "unitPrice", chinese: "单价", also: []string{"price"}},
}

func documentTable(k Kind, d stock.DocumentKind, reason string) table {
	return table{
		kind: k, needs: []auth.Permission{auth.DocumentCreate}, most: document.MaxLines + 1, columns: slices.Concat(documentColumns, lineColumns),
		together: func(a, b record) bool {
			return a.text("externalNo") != "" && a.text("externalNo") == b.text("externalNo") && sameWarehouse(a, b)
		},
		book: func(p *piece) error { return bookDocument(p, d, reason) },
	}
}

var (
	inboundTable  = documentTable(Inbound, stock.DocumentInbound, "PURCHASE")
	outboundTable = documentTable(Outbound, stock.DocumentOutbound, "SALE")
)

// wholeColumns may be empty below the first row of a document, and must not differ.
var wholeColumns = []string{"reasonCode", "party", "country", "currency", "note", "occurredAt", "expectedAt"}

// bookDocument books rows that stand together as one document, whole or not at all.
func bookDocument(p *piece, kind stock.DocumentKind, reason string) error {
	first := &p.rows[0]
	in := document.CreateInput{
		Kind: kind, WarehouseCode: first.text("warehouseCode"), ReasonCode: strings.ToUpper(first.text("reasonCode")), ExternalNo: first.text("externalNo"),
		Party: first.text("party"), Country: first.text("country"), Currency: strings.ToUpper(first.text("currency")), Note: first.text("note"),
		OccurredAt: first.moment("occurredAt"), ExpectedAt: first.moment("expectedAt"), AdvanceTo: p.in.AdvanceTo,
	}
	if in.ReasonCode == "" {
		in.ReasonCode = reason
	}
	if in.ExternalNo == "" {
		first.refuse("externalNo", fault.Required, "give the number by which the rows of a document belong together")
	}
	for i := range p.rows[1:] {
		r := &p.rows[i+1]
		for _, c := range wholeColumns {
			if s := r.text(c); s != "" && s != first.text(c) {
				r.refuse(c, fault.Invalid, "it differs from row "+strconv.FormatInt(first.No, 10)+", where the document begins; it is said once for the whole document")
			}
		}
	}
	in.Lines = each(p, func(r *record) document.LineInput {
		l := r.line()
		l.UnitPrice = r.amount("unitPrice")
		return l
	})
	if len(in.Lines) < len(p.rows) {
		p.refuseOthers()
		return nil
	}
	in.Intent = p.intent(documentKey(in), p.row)
	_, err := p.s.documents.Create(p.ctx, in)
	faults, err := mendable(err)
	if p.blame(faults, p.row); len(faults) > 0 {
		p.refuseOthers()
	}
	return err
}

// documentKey names a document for the person who imports it: the same one, told again
// by another job, is not made again.
func documentKey(in document.CreateInput) string {
	sum := sha256.Sum256([]byte(strings.ToUpper(in.WarehouseCode) + "\x00" + in.ExternalNo))
	return "import:" + hex.EncodeToString(sum[:16])
}

// refuseOthers gives up the rows of a document of which another row is refused.
func (p *piece) refuseOthers() {
	for i := range p.rows {
		if r := &p.rows[i]; len(r.faults) == 0 {
			r.refuse("", fault.Invalid, "other rows of its document are refused, and a document is booked whole")
		}
	}
}
