package exchange

import (
	"fmt"
	"slices"
	"strings"

	"entrepot/internal/command"
)

// iso4217 lists the currencies of ISO 4217 that goods are priced in, and those
// that were given up since the year 2000. A price keeps its currency for ever,
// so that a slip such as GPB must be found before.
var iso4217 = strings.Fields(`
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR
IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR
MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD
SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD
XCG XOF XPF YER ZAR ZMW ZWG
AZM BYB BYR CSD CYP EEK GHC HRK LTL LVL MGF MRO MTL MZM ROL SDD SIT SKK SLL SRG STD TMM TRL VEB VEF ZMK ZWL`)

func currency(typed string) (string, error) {
	code := command.Currency(typed)
	if !slices.Contains(iso4217, code) {
		return "", fmt.Errorf("%q is no currency of ISO 4217; give the currency of the prices, such as GBP", command.Short(typed))
	}
	return code, nil
}
