package bin

import (
	"time"

	"entrepot/internal/store"
)

// Service moves goods between bins.
type Service struct {
	db  *store.DB
	now func() time.Time
}

// New is a Service over db with the clock now.
func New(db *store.DB, now func() time.Time) *Service { return &Service{db, now} }
