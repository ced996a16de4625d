package load

import (
	"entrepot/ent/product"
	"entrepot/ent/warehouse"
)

// productColumns: rows are found by SKU.
var productColumns = columnsOf(2,
	[2]string{"id", product.FieldID},
	[2]string{"sku", product.FieldSku},
	[2]string{"name", product.FieldName},
	[2]string{"englishName", product.FieldEnglishName},
	[2]string{"category", product.FieldCategory},
	[2]string{"brand", product.FieldBrand},
	[2]string{"spec", product.FieldSpec},
	[2]string{"unit", product.FieldUnit},
	[2]string{"minStock", product.FieldMinStock},
	[2]string{"maxStock", product.FieldMaxStock},
	[2]string{"status", product.FieldStatus},
)

// warehouseColumns: rows are found by id.
var warehouseColumns = columnsOf(1,
	[2]string{"id", warehouse.FieldID},
	[2]string{"code", warehouse.FieldCode},
	[2]string{"name", warehouse.FieldName},
	[2]string{"category", warehouse.FieldCategory},
	[2]string{"locationType", warehouse.FieldLocationType},
	[2]string{"ownershipType", warehouse.FieldOwnershipType},
	[2]string{"businessType", warehouse.FieldBusinessType},
	[2]string{"currency", warehouse.FieldCurrency},
	[2]string{"timeZone", warehouse.FieldTimeZone},
	[2]string{"status", warehouse.FieldStatus},
)
