package demo

// A family is one sort of part, made for many vehicles.
type family struct {
	code, name, english, category, unit string
	fits, positions                     string
	yuan, grams                         int64 // for a middle-sized car
	length, width, height               int64 // of the box, in millimetres
	minStock                            int64
	inner, outer                        int64 // units in a pack and in a carton; 0: there is none
	ofEngine                            bool
}

var families = []family{
	{"BP", "刹车片", "Brake pads", "Brakes", "SET", all, "FR RR", 78, 1900, 190, 140, 80, 40, 0, 10, false},
	{"BD", "刹车盘", "Brake disc", "Brakes", "PCS", all, "FR RR", 125, 7200, 330, 330, 70, 24, 0, 2, false},
	{"SA", "减震器", "Shock absorber", "Suspension", "PCS", "F150 RAM SILV TACOMA WRANGLER CAMRY RAV4 CRV", "FR RR", 185, 3200, 640, 160, 160, 16, 0, 4, false},
	{"CA", "控制臂", "Control arm", "Suspension", "PCS", "CAMRY CIVIC CRV ALTIMA PASSAT A4 3ER X5", "LL LR", 210, 3600, 520, 300, 130, 12, 0, 2, false},
	{"HL", "前大灯", "Headlight", "Lighting", "PCS", "F150 RAM SILV TACOMA CAMRY RAV4 CIVIC CRV ALTIMA GOLF 3ER", "L R", 390, 3900, 700, 420, 360, 10, 0, 0, false},
	{"TL", "尾灯", "Tail light", "Lighting", "PCS", "F150 RAM SILV TACOMA WRANGLER CAMRY CIVIC CRV GOLF A4", "L R", 165, 1500, 460, 280, 220, 12, 0, 4, false},
	{"MR", "后视镜", "Door mirror", "Body", "PCS", "F150 RAM SILV TACOMA CAMRY RAV4 CIVIC CRV GOLF 3ER", "L R", 235, 2100, 420, 280, 250, 10, 0, 4, false},
	{"WH", "轮毂轴承", "Wheel hub bearing", "Drivetrain", "PCS", "F150 RAM CAMRY CRV ALTIMA PASSAT A4", "FR RR", 142, 3100, 190, 190, 140, 16, 0, 6, false},
	{"AF", "空气滤芯", "Air filter", "Filters", "PCS", american + " CAMRY RAV4 CRV ALTIMA " + european, "", 19, 340, 320, 220, 60, 60, 10, 40, true},
	{"CF", "空调滤芯", "Cabin filter", "Filters", "PCS", american + " RAV4 CIVIC CRV ALTIMA " + european + " MODEL3", "", 15, 230, 250, 220, 40, 60, 10, 60, false},
	{"OF", "机油滤清器", "Oil filter", "Filters", "PCS", american + " " + asian + " " + european, "", 13, 310, 100, 100, 110, 80, 12, 48, true},
	{"IC", "点火线圈", "Ignition coil", "Ignition", "PCS", american + " " + asian + " GOLF PASSAT 3ER X5 CCLASS", "", 66, 300, 220, 80, 70, 30, 6, 36, true},
	{"WP", "水泵", "Water pump", "Cooling", "PCS", american + " " + asian, "", 175, 1900, 240, 200, 150, 12, 0, 8, true},
	{"RD", "散热水箱", "Radiator", "Cooling", "PCS", "F150 RAM SILV WRANGLER CAMRY RAV4 CIVIC CRV ALTIMA GOLF", "", 340, 5600, 860, 620, 140, 8, 0, 0, true},
	{"AL", "发电机", "Alternator", "Electrical", "PCS", "F150 RAM SILV CAMRY CIVIC CRV GOLF A4 3ER", "", 480, 6000, 260, 220, 210, 8, 0, 4, true},
	{"FM", "全包围脚垫", "Floor mats", "Interior", "SET", all, "", 118, 4800, 780, 560, 120, 12, 0, 5, false},
}

// A special is a part that no table makes: one that fits many vehicles, or one
// engine. Goods that age have a shelf life, in months.
type special struct {
	sku, name, english, category, spec, unit string
	cents, grams                             int64
	length, width, height                    int64
	minStock, inner, outer                   int64
	shelf                                    int
}

var specials = []special{
	{"OF-UNI-68", "通用机油滤清器68毫米", "Oil filter 68 mm, universal", "Filters", "M20×1.5, 68 mm", "PCS", 1280, 320, 80, 80, 100, 80, 12, 48, 0},
	{"OF-UNI-76", "通用机油滤清器76毫米", "Oil filter 76 mm, universal", "Filters", "3/4-16 UNF, 76 mm", "PCS", 1390, 390, 90, 90, 110, 80, 12, 48, 0},
	{"OF-BMW-N20", "宝马N20机油滤芯", "Oil filter element, BMW N20", "Filters", "2012-2018 BMW N20 2.0T", "PCS", 2150, 180, 80, 80, 130, 60, 10, 40, 0},
	{"AF-CIVIC-10", "思域十代空气滤芯", "Air filter, Honda Civic X", "Filters", "2016-2021 Civic X 1.5T", "PCS", 1820, 350, 300, 210, 60, 60, 10, 40, 0},
	{"CF-CAMRY-70", "凯美瑞空调滤芯", "Cabin filter, Toyota Camry XV70", "Filters", "2018-2024 Camry XV70", "PCS", 1560, 240, 230, 220, 40, 60, 10, 60, 0},
	{"SP-IR-04", "铱金火花塞四支装", "Iridium spark plugs, set of 4", "Ignition", "M14×1.25, gap 0.8 mm", "SET", 6600, 290, 160, 110, 40, 60, 10, 60, 0},
	{"SP-IR-06", "铱金火花塞六支装", "Iridium spark plugs, set of 6", "Ignition", "M14×1.25, gap 0.8 mm", "SET", 9600, 420, 220, 110, 40, 60, 10, 40, 0},
	{"IC-A4-20T", "奥迪A4点火线圈", "Ignition coil, Audi A4 2.0T", "Ignition", "2016-2023 A4 B9 2.0T", "PCS", 7340, 310, 220, 80, 70, 30, 6, 36, 0},
	{"WB-UNI-16", "通用雨刮片16寸", "Wiper blade 16 in, universal", "Wipers", "400 mm, U hook", "PCS", 820, 150, 440, 60, 40, 80, 10, 50, 36},
	{"WB-UNI-18", "通用雨刮片18寸", "Wiper blade 18 in, universal", "Wipers", "450 mm, U hook", "PCS", 870, 170, 490, 60, 40, 80, 10, 50, 36},
	{"WB-UNI-20", "通用雨刮片20寸", "Wiper blade 20 in, universal", "Wipers", "500 mm, U hook", "PCS", 910, 180, 540, 60, 40, 80, 10, 50, 36},
	{"WB-UNI-22", "通用雨刮片22寸", "Wiper blade 22 in, universal", "Wipers", "550 mm, U hook", "PCS", 950, 195, 590, 60, 40, 80, 10, 50, 36},
	{"WB-UNI-24", "通用雨刮片24寸", "Wiper blade 24 in, universal", "Wipers", "600 mm, U hook", "PCS", 990, 210, 640, 60, 40, 80, 10, 50, 36},
	{"WB-UNI-26", "通用雨刮片26寸", "Wiper blade 26 in, universal", "Wipers", "650 mm, U hook", "PCS", 1050, 225, 690, 60, 40, 80, 10, 50, 36},
	{"WP-EA888", "EA888水泵", "Water pump, VW EA888", "Cooling", "EA888 Gen3 1.8T/2.0T", "PCS", 26800, 1900, 260, 200, 160, 12, 0, 8, 0},
	{"TH-EA888", "EA888节温器", "Thermostat, VW EA888", "Cooling", "EA888 Gen3, 87 °C", "PCS", 9400, 560, 160, 120, 100, 24, 4, 24, 0},
	{"AL-12V-150", "12伏150安发电机", "Alternator 12 V 150 A", "Electrical", "12 V, 150 A, 6PK", "PCS", 52000, 6100, 260, 220, 210, 8, 0, 4, 0},
	{"ST-12V-14", "12伏1.4千瓦起动机", "Starter motor 12 V 1.4 kW", "Electrical", "12 V, 1.4 kW, 10 teeth", "PCS", 33800, 3900, 280, 180, 170, 8, 0, 4, 0},
	{"BT-AGM-60", "60安时AGM蓄电池", "Battery AGM 60 Ah", "Electrical", "12 V, 60 Ah, 660 A", "PCS", 56000, 17800, 245, 178, 190, 10, 0, 0, 12},
	{"BT-AGM-70", "70安时AGM蓄电池", "Battery AGM 70 Ah", "Electrical", "12 V, 70 Ah, 760 A", "PCS", 64000, 20500, 282, 178, 190, 10, 0, 0, 12},
	{"BT-AGM-80", "80安时AGM蓄电池", "Battery AGM 80 Ah", "Electrical", "12 V, 80 Ah, 800 A", "PCS", 73500, 23100, 318, 178, 190, 10, 0, 0, 12},
	{"BL-LED-H7", "H7 LED灯泡两只装", "LED bulbs H7, pair", "Lighting", "H7, 6000 K, 12 V", "SET", 8800, 260, 170, 120, 70, 40, 10, 40, 0},
	{"BL-LED-H11", "H11 LED灯泡两只装", "LED bulbs H11, pair", "Lighting", "H11, 6000 K, 12 V", "SET", 8800, 260, 170, 120, 70, 40, 10, 40, 0},
	{"FL-DOT4-1L", "DOT4刹车油1升", "Brake fluid DOT 4, 1 l", "Fluids", "DOT 4, 1 l", "BTL", 1950, 1150, 90, 70, 230, 60, 0, 12, 24},
	{"FL-G12-4L", "G12防冻液4升", "Coolant G12, 4 l", "Fluids", "G12+, -37 °C, 4 l", "BTL", 3600, 4500, 190, 120, 290, 40, 0, 4, 36},
	{"FL-5W30-4L", "5W-30全合成机油4升", "Engine oil 5W-30, 4 l", "Fluids", "SP, C3, 4 l", "BTL", 9800, 3700, 200, 110, 290, 40, 0, 4, 60},
	{"BE-6PK1780", "6PK1780多楔带", "Serpentine belt 6PK1780", "Drivetrain", "6 ribs, 1780 mm", "PCS", 2850, 240, 260, 90, 40, 40, 10, 60, 60},
	{"BE-6PK2050", "6PK2050多楔带", "Serpentine belt 6PK2050", "Drivetrain", "6 ribs, 2050 mm", "PCS", 3150, 270, 280, 90, 40, 40, 10, 60, 60},
}
