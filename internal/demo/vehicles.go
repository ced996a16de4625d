package demo

// A vehicle that parts are made for. Size scales the price and the weight of its
// parts, in percent of a middle-sized car's.
type vehicle struct {
	code, name, english, model, years, engine string
	size                                      int64
}

var vehicles = []vehicle{
	{"F150", "福特F150", "Ford F-150", "F-150", "2018-2023", "3.5T", 125},
	{"RAM", "公羊1500", "RAM 1500", "Ram 1500", "2019-2024", "5.7 V8", 130},
	{"SILV", "雪佛兰索罗德", "Chevrolet Silverado 1500", "Silverado 1500", "2019-2023", "5.3 V8", 130},
	{"TACOMA", "丰田塔科马", "Toyota Tacoma", "Tacoma", "2016-2023", "3.5 V6", 115},
	{"WRANGLER", "吉普牧马人", "Jeep Wrangler", "Wrangler JL", "2018-2023", "3.6 V6", 115},
	{"CAMRY", "丰田凯美瑞", "Toyota Camry", "Camry XV70", "2018-2024", "2.5L", 100},
	{"RAV4", "丰田荣放", "Toyota RAV4", "RAV4 XA50", "2019-2024", "2.5L", 105},
	{"CIVIC", "本田思域", "Honda Civic", "Civic X", "2016-2021", "1.5T", 90},
	{"CRV", "本田CR-V", "Honda CR-V", "CR-V", "2017-2022", "1.5T", 105},
	{"ALTIMA", "日产天籁", "Nissan Altima", "Altima L34", "2019-2023", "2.5L", 95},
	{"GOLF", "大众高尔夫", "VW Golf", "Golf VII", "2013-2020", "1.4T", 90},
	{"PASSAT", "大众帕萨特", "VW Passat", "Passat B8", "2015-2022", "2.0T", 100},
	{"A4", "奥迪A4", "Audi A4", "A4 B9", "2016-2023", "2.0T", 110},
	{"3ER", "宝马3系", "BMW 3 Series", "3 Series F30", "2012-2018", "2.0T", 110},
	{"X5", "宝马X5", "BMW X5", "X5 F15", "2014-2018", "3.0T", 130},
	{"CCLASS", "奔驰C级", "Mercedes-Benz C-Class", "C-Class W205", "2015-2021", "2.0T", 115},
	{"MODEL3", "特斯拉Model 3", "Tesla Model 3", "Model 3", "2018-2023", "", 110},
}

const (
	all      = "F150 RAM SILV TACOMA WRANGLER CAMRY RAV4 CIVIC CRV ALTIMA GOLF PASSAT A4 3ER X5 CCLASS MODEL3"
	american = "F150 RAM SILV TACOMA WRANGLER"
	asian    = "CAMRY RAV4 CIVIC CRV ALTIMA"
	european = "GOLF PASSAT A4 3ER X5 CCLASS"
)

// A position is where on the vehicle a part goes; cost and weight are in percent
// of the table's.
type position struct {
	name, english string
	percent       int64
}

var positions = map[string]position{
	"FR": {"前", "front", 100},
	"RR": {"后", "rear", 88},
	"L":  {"左", "left", 100},
	"R":  {"右", "right", 100},
	"LL": {"左下", "lower left", 100},
	"LR": {"右下", "lower right", 100},
}

// None of these exists: the rear brakes of that truck are drums.
var nonsense = map[string]bool{"BP-TACOMA-RR": true, "BD-TACOMA-RR": true}

var brands = map[string]string{
	"Brakes": "固驰 GoodStop", "Filters": "清源 PureWay", "Ignition": "燃星 FireStar", "Lighting": "晨曜 DawnLite",
	"Wipers": "净界 ClearArc", "Suspension": "稳途 SteadyRide", "Cooling": "冰川 GlacierFlow", "Electrical": "力源 VoltCore",
	"Body": "翼盾 WingGuard", "Drivetrain": "转捷 RollEase", "Fluids": "润驰 LubeRun", "Interior": "悦舱 CabinJoy",
}
