package stock

import "io"

// WarehouseCategory says whether goods can lie there.
type WarehouseCategory string

// The values of WarehouseCategory.
const (
	WarehousePhysical WarehouseCategory = "PHYSICAL"
	WarehouseVirtual  WarehouseCategory = "VIRTUAL"
)

// Values lists every WarehouseCategory, in the order of the graph's enum.
func (WarehouseCategory) Values() []string {
	return []string{string(WarehousePhysical), string(WarehouseVirtual)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v WarehouseCategory) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *WarehouseCategory) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }

// WarehouseLocationType is the geographic axis of a warehouse.
type WarehouseLocationType string

// The values of WarehouseLocationType.
const (
	WarehouseDomestic WarehouseLocationType = "DOMESTIC"
	WarehouseOverseas WarehouseLocationType = "OVERSEAS"
)

// Values lists every WarehouseLocationType, in the order of the graph's enum.
func (WarehouseLocationType) Values() []string {
	return []string{string(WarehouseDomestic), string(WarehouseOverseas)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v WarehouseLocationType) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *WarehouseLocationType) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }

// WarehouseOwnership says who works in the warehouse: we, or a third party (3PL).
type WarehouseOwnership string

// The values of WarehouseOwnership.
const (
	WarehouseSelf       WarehouseOwnership = "SELF"
	WarehouseThirdParty WarehouseOwnership = "THIRD_PARTY"
)

// Values lists every WarehouseOwnership, in the order of the graph's enum.
func (WarehouseOwnership) Values() []string {
	return []string{string(WarehouseSelf), string(WarehouseThirdParty)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v WarehouseOwnership) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *WarehouseOwnership) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }

// WarehouseBusinessType is the regulatory sort of a warehouse.
type WarehouseBusinessType string

// The values of WarehouseBusinessType.
const (
	WarehouseStandard WarehouseBusinessType = "STANDARD"
	WarehouseBonded   WarehouseBusinessType = "BONDED"
	WarehouseFBA      WarehouseBusinessType = "FBA"
	WarehouseOther    WarehouseBusinessType = "OTHER"
)

// Values lists every WarehouseBusinessType, in the order of the graph's enum.
func (WarehouseBusinessType) Values() []string {
	return []string{string(WarehouseStandard), string(WarehouseBonded), string(WarehouseFBA), string(WarehouseOther)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v WarehouseBusinessType) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *WarehouseBusinessType) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }

// LocationType is what a bin is for.
type LocationType string

// The values of LocationType.
const (
	LocationStorage LocationType = "STORAGE"
	LocationPick    LocationType = "PICK"
	LocationReceive LocationType = "RECEIVE"
	LocationReturn  LocationType = "RETURN"
	LocationStage   LocationType = "STAGE"
	LocationDamaged LocationType = "DAMAGED"
	LocationLost    LocationType = "LOST"
)

// Values lists every LocationType, in the order of the graph's enum.
func (LocationType) Values() []string {
	return []string{string(LocationStorage), string(LocationPick), string(LocationReceive), string(LocationReturn), string(LocationStage), string(LocationDamaged), string(LocationLost)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v LocationType) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *LocationType) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }
