package demo

import (
	"entrepot/internal/money"
	"entrepot/internal/stock"
)

// A warehouse of every kind in the original requirements.
var warehouses = []struct {
	code, name         string
	category           stock.WarehouseCategory
	location           stock.WarehouseLocationType
	ownership          stock.WarehouseOwnership
	business           stock.WarehouseBusinessType
	currency, timeZone string
	cubicMetres        int64
	parent             string
}{
	{"SZ01", "深圳自营总仓 Shenzhen main", stock.WarehousePhysical, stock.WarehouseDomestic, stock.WarehouseSelf, stock.WarehouseStandard, "CNY", "Asia/Shanghai", 12_000, ""},
	{"LA01", "洛杉矶自营仓 Los Angeles", stock.WarehousePhysical, stock.WarehouseOverseas, stock.WarehouseSelf, stock.WarehouseStandard, "USD", "America/Los_Angeles", 6_000, "SZ01"},
	{"DE01", "谷仓德国仓 GoodCang Germany", stock.WarehousePhysical, stock.WarehouseOverseas, stock.WarehouseThirdParty, stock.WarehouseStandard, "EUR", "Europe/Berlin", 0, "SZ01"},
	{"FBA-US", "亚马逊美国 Amazon FBA US", stock.WarehousePhysical, stock.WarehouseOverseas, stock.WarehouseThirdParty, stock.WarehouseFBA, "USD", "America/New_York", 0, "SZ01"},
	{"V-SHOP", "独立站销售虚拟仓 Web shop pool", stock.WarehouseVirtual, stock.WarehouseOverseas, stock.WarehouseSelf, stock.WarehouseStandard, "USD", "UTC", 0, "LA01"},
	{"V-BUY", "采购虚拟仓 Purchase pool", stock.WarehouseVirtual, stock.WarehouseDomestic, stock.WarehouseSelf, stock.WarehouseStandard, "CNY", "Asia/Shanghai", 0, "SZ01"},
}

var products = []struct {
	sku, name, english, category string
	cost                         money.Amount // CNY × 10^4
	grams                        int64
}{
	{"BP-F150-FR", "福特F150前刹车片", "Brake pads front, Ford F-150", "Brakes", 86_0000, 2100},
	{"BP-F150-RR", "福特F150后刹车片", "Brake pads rear, Ford F-150", "Brakes", 79_0000, 1900},
	{"BD-GOLF-FR", "高尔夫前刹车盘", "Brake disc front, VW Golf", "Brakes", 132_5000, 6800},
	{"BD-GOLF-RR", "高尔夫后刹车盘", "Brake disc rear, VW Golf", "Brakes", 118_0000, 5200},
	{"OF-UNI-68", "通用机油滤清器68毫米", "Oil filter 68 mm, universal", "Filters", 12_8000, 320},
	{"OF-BMW-N20", "宝马N20机油滤芯", "Oil filter element, BMW N20", "Filters", 21_5000, 180},
	{"AF-CIVIC-10", "思域十代空气滤芯", "Air filter, Honda Civic X", "Filters", 18_2000, 350},
	{"CF-CAMRY-70", "凯美瑞空调滤芯", "Cabin filter, Toyota Camry XV70", "Filters", 15_6000, 240},
	{"SP-IR-06", "铱金火花塞六支装", "Iridium spark plugs, set of 6", "Ignition", 96_0000, 420},
	{"IC-A4-20T", "奥迪A4点火线圈", "Ignition coil, Audi A4 2.0T", "Ignition", 73_4000, 310},
	{"HL-CRV-L", "本田CRV左前大灯", "Headlight left, Honda CR-V", "Lighting", 412_0000, 4100},
	{"HL-CRV-R", "本田CRV右前大灯", "Headlight right, Honda CR-V", "Lighting", 412_0000, 4100},
	{"TL-TACOMA-L", "塔库玛左尾灯", "Tail light left, Toyota Tacoma", "Lighting", 188_0000, 1600},
	{"TL-TACOMA-R", "塔库玛右尾灯", "Tail light right, Toyota Tacoma", "Lighting", 188_0000, 1600},
	{"WB-UNI-24", "通用雨刮片24寸", "Wiper blade 24 in, universal", "Wipers", 9_9000, 210},
	{"WB-UNI-18", "通用雨刮片18寸", "Wiper blade 18 in, universal", "Wipers", 8_7000, 170},
	{"SA-RAM-FR", "公羊前减震器", "Shock absorber front, RAM 1500", "Suspension", 236_0000, 3900},
	{"SA-RAM-RR", "公羊后减震器", "Shock absorber rear, RAM 1500", "Suspension", 221_0000, 3600},
	{"CA-X5-LL", "宝马X5左下控制臂", "Control arm lower left, BMW X5", "Suspension", 305_0000, 4400},
	{"CA-X5-LR", "宝马X5右下控制臂", "Control arm lower right, BMW X5", "Suspension", 305_0000, 4400},
	{"WP-EA888", "EA888水泵", "Water pump, VW EA888", "Cooling", 268_0000, 1900},
	{"TH-EA888", "EA888节温器", "Thermostat, VW EA888", "Cooling", 94_0000, 560},
	{"AL-12V-150", "12伏150安发电机", "Alternator 12 V 150 A", "Electrical", 520_0000, 6100},
	{"BT-AGM-70", "70安时AGM蓄电池", "Battery AGM 70 Ah", "Electrical", 640_0000, 20500},
}
