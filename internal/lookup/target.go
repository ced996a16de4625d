package lookup

import (
	"strings"

	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
)

// Target names one stock by codes. The json names are part of the hash behind
// an idempotency key.
type Target struct {
	SKU           string `json:"sku,omitempty"`
	WarehouseCode string `json:"warehouseCode,omitempty"`
	BatchNo       string `json:"batchNo,omitempty"`
}

// Tidy brings codes into the form in which they are kept: SKU and warehouse
// codes are upper case, and no code has blanks around it.
func (t *Target) Tidy() {
	t.SKU = strings.ToUpper(strings.TrimSpace(t.SKU))
	t.WarehouseCode = strings.ToUpper(strings.TrimSpace(t.WarehouseCode))
	t.BatchNo = strings.TrimSpace(t.BatchNo)
}

// Check adds what is wrong with t by itself; path leads to the line.
func (t Target) Check(faults *fault.List, path fault.Path) {
	if t.SKU == "" {
		faults.Add(fault.Required, path.At("sku"), "give the SKU")
	}
	t.CheckPlace(faults, path)
}

// CheckPlace is Check but for the SKU, for lines that a [Scan] leads to one.
func (t Target) CheckPlace(faults *fault.List, path fault.Path) {
	if t.WarehouseCode == "" {
		faults.Add(fault.Required, path.At("warehouseCode"), "give the code of the warehouse")
	}
	CheckBatchNo(faults, path.At("batchNo"), t.BatchNo)
}

// CheckBatchNo adds a fault for what cannot be a batch number; path leads to it.
func CheckBatchNo(faults *fault.List, path fault.Path, no string) {
	if len(no) > maxBatchNo {
		faults.Add(fault.Invalid, path, "a batch number has at most %d bytes", maxBatchNo)
		return
	}
	command.CheckLine(faults, path, no, "a batch number", maxBatchNo)
}

const maxBatchNo = 50

// String names the stock to a person.
func (t Target) String() string {
	s := "SKU " + command.Short(t.SKU) + " in warehouse " + command.Short(t.WarehouseCode)
	if t.BatchNo != "" {
		s += ", batch " + command.Short(t.BatchNo) + ","
	}
	return s
}

// Refuse tells what the ledger refused to the line that asked for it: path
// leads to the line, quantity is the name of its field that a shortage is
// about, and name what a person calls the stock.
func Refuse(faults *fault.List, path fault.Path, quantity, name string, r ledger.Refusal) {
	if r.Bin != nil {
		field := "locationCode"
		if r.Bin.Code == "" || r.Code == fault.InsufficientStock || r.Code == fault.Capacity {
			field = quantity
		}
		RefuseBin(faults, path.At(field), name, r)
		return
	}
	version := r.Version
	if r.Code == fault.StaleVersion {
		f := faults.Add(r.Code, path.At("expectedVersion"),
			"%s has changed: it is at version %d now; look at it again", name, version)
		f.CurrentVersion = &version
		return
	}
	current, missing := r.Current.Of(r.Bucket), r.ShortBy
	f := faults.Add(r.Code, path.At(quantity), "%s has %d %s, which is %d too few", name, current, Words[r.Bucket], missing)
	f.CurrentQuantity, f.CurrentVersion, f.ShortBy = &current, &version, &missing
}

// Words are what a person calls the buckets.
var Words = map[stock.Bucket]string{
	stock.BucketPhysical: "physical", stock.BucketAvailable: "available", stock.BucketAllocated: "allocated",
	stock.BucketDamaged: "damaged", stock.BucketOnHold: "on hold", stock.BucketInTransit: "in transit",
}
