package importer

import (
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/job"
	"entrepot/internal/money"
	"entrepot/internal/sheet"
)

// record is a row with what is wrong with it so far. Its readers return nil, or the
// empty text, for a cell that is empty or missing, and add a fault for one that does
// not say what it should.
type record struct {
	sheet.Row
	h      header
	faults []job.RowFault
}

func (r *record) refuse(column string, code fault.Code, message string) {
	r.faults = append(r.faults, job.RowFault{Column: r.h.column(column), Code: code, Message: message})
}

func (r *record) text(column string) string {
	i, there := r.h.at[column]
	if !there {
		return ""
	}
	return strings.TrimSpace(r.Cells[i])
}

// given is the text of a cell, nil when it is empty: what is not given stays as it is.
func (r *record) given(column string) *string {
	if s := r.text(column); s != "" {
		return &s
	}
	return nil
}

func (r *record) number(column string) *int64 {
	s := r.text(column)
	if s == "" {
		return nil
	}
	n, err := strconv.ParseInt(strings.TrimSuffix(s, ".0"), 10, 64)
	if err != nil {
		r.refuse(column, fault.Invalid, strconv.Quote(command.Short(s))+" is not a whole number; write digits only, such as 1200")
		return nil
	}
	return &n
}

func (r *record) amount(column string) *money.Amount {
	s := r.text(column)
	if s == "" {
		return nil
	}
	a, err := money.ParseAmount(s)
	if err != nil {
		r.refuse(column, fault.Invalid, strconv.Quote(command.Short(s))+" is not an amount; write digits with a point and at most four behind it, such as 1200.5")
		return nil
	}
	return &a
}

func (r *record) yes(column string) *bool {
	s := strings.ToUpper(r.text(column))
	var v bool
	switch s {
	case "":
		return nil
	case "TRUE", "YES", "Y", "1", "是":
		v = true
	case "FALSE", "NO", "N", "0", "否":
	default:
		r.refuse(column, fault.Invalid, strconv.Quote(command.Short(s))+" is neither TRUE nor FALSE")
		return nil
	}
	return &v
}

// moments are the forms that can be read in one way only.
var moments = []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006/01/02 15:04:05", "2006/1/2 15:04", "2006-01-02", "2006/1/2", "2006.1.2"}

// moment reads a time; one without a zone is UTC. Spreadsheets keep dates as numbers
// of days.
func (r *record) moment(column string) *time.Time {
	s := r.text(column)
	if s == "" {
		return nil
	}
	if i := r.h.at[column]; r.Numbers != nil && r.Numbers[i] {
		if days, err := strconv.ParseFloat(s, 64); err == nil && days > 1 && days < 2_958_466 {
			if t, err := excelize.ExcelDateToTime(days, false); err == nil {
				t = t.Round(time.Second)
				return &t
			}
		}
	}
	for _, form := range moments {
		if t, err := time.Parse(form, s); err == nil {
			return &t
		}
	}
	r.refuse(column, fault.Invalid, strconv.Quote(command.Short(s))+" is no time that can be read in one way only; write it as 2026-11-20 or 2026-11-20T08:30:00Z")
	return nil
}
