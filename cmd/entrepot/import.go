package main

import (
	"context"
	"os"
	"time"

	_ "time/tzdata" // --time-zone must mean the same where the system has no zones

	"entrepot/internal/app"
	"entrepot/internal/exchange"
)

type importCmd struct {
	Sales importSalesCmd `cmd:"" help:"Book the orders of CSV files: each order an outbound with its lines and its own time, each return an inbound. An order is booked once, however often it is imported; stopped or killed, run it again to go on."`
}

type importSalesCmd struct {
	File         []string `required:"" sep:"none" placeholder:"FILE" help:"CSV with a header, in UTF-8, perhaps compressed with gzip. Give it several times for several files: an order's lines may be in any of them."`
	Warehouse    string   `required:"" placeholder:"CODE" help:"Warehouse that the goods left from and returned to."`
	Currency     string   `required:"" placeholder:"CODE" help:"Currency of the prices, such as GBP."`
	TimeZone     string   `required:"" placeholder:"ZONE" help:"Zone of times that name none, such as Europe/London. An hour that comes twice is the first one; a time that the clock left out is rejected."`
	TimeFormat   string   `placeholder:"LAYOUT" help:"How times are written, by the example of 2006-01-02 15:04:05: 02/01/2006 15:04 for the day first, 01/02/2006 15:04 for the month first. By default RFC 3339 and forms that begin with the year."`
	CancelPrefix string   `placeholder:"PREFIX" help:"What numbers of returns begin with, such as C. None by default."`
	Map          []string `sep:"none" placeholder:"COLUMN=FIELD" help:"Field of a column that is not known by its name: order, sku, description, quantity, time, price, customer or country."`
	Opening      bool     `help:"First receive what the orders lack, so that none is short: the largest deficit of each SKU."`
	Reserve      bool     `help:"Promise the goods of every order to it before they leave, as a system does that takes orders and ships them later. Slower: every order leaves a reservation behind."`
	Rejects      string   `placeholder:"FILE" help:"Where lines go that were not booked, with the reason. NAME.rejected.csv beside the first file by default."`
	User         string   `default:"admin" help:"Name of the user who imports."`
}

// Run imports.
func (i importSalesCmd) Run(ctx context.Context, c app.Config) error {
	return app.ImportSales(ctx, c, app.ImportInput{User: i.User, SalesInput: exchange.SalesInput{
		Files: i.File, WarehouseCode: i.Warehouse, Currency: i.Currency, TimeZone: i.TimeZone, TimeFormat: i.TimeFormat,
		CancelPrefix: i.CancelPrefix, Map: i.Map, Opening: i.Opening, Reserve: i.Reserve, Rejects: i.Rejects,
	}}, time.Now, os.Stdout, os.Stderr)
}
