package catalog

import (
	"strings"

	"entrepot/internal/command"
	"entrepot/internal/fault"
)

// checkCustoms adds what is wrong with what customs and those who allocate ask of
// a product, and brings codes into the form in which they are kept.
func (f *Fields) checkCustoms(faults *fault.List, path fault.Path) {
	if f.HSCode != nil {
		// Printed as 8708.30.10 or 8708 30 10; the digits are the code.
		*f.HSCode = strings.NewReplacer(".", "", " ", "").Replace(*f.HSCode)
		if n := len(*f.HSCode); n != 0 && (n < 4 || n > 14 || strings.Trim(*f.HSCode, "0123456789") != "") {
			faults.Add(fault.Invalid, path.At("hsCode"), "a customs tariff number has 4 to 14 digits; %q has not", command.Short(*f.HSCode))
		}
	}
	if f.OriginCountry != nil {
		*f.OriginCountry = strings.ToUpper(strings.TrimSpace(*f.OriginCountry))
		if c := *f.OriginCountry; c != "" && (len(c) != 2 || strings.Trim(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
			faults.Add(fault.Invalid, path.At("originCountry"), "%q is no country code; give two letters such as CN", command.Short(c))
		}
	}
	if f.CustomsCurrency != nil {
		if *f.CustomsCurrency = command.Currency(*f.CustomsCurrency); *f.CustomsCurrency != "" {
			command.CheckCurrency(faults, path.At("customsCurrency"), *f.CustomsCurrency)
		}
	}
	if f.CustomsValue != nil && *f.CustomsValue < 0 {
		faults.Add(fault.Invalid, path.At("customsValue"), "a customs value is not negative")
	}
	if n := f.MinShelfLifeDays; n != nil && (*n < 0 || *n > maxShelfLife) {
		faults.Add(fault.Invalid, path.At("minShelfLifeDays"), "minShelfLifeDays is 0 to %d, not %d", maxShelfLife, *n)
	}
}
