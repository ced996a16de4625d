package model

import (
	"entrepot/ent"
	"entrepot/internal/page"
)

// ScheduledRunConnection is a page of runs.
type ScheduledRunConnection = page.Connection[*ent.ScheduleSlot]

// ScheduledRunEdge is one of them with its cursor.
type ScheduledRunEdge = page.Edge[*ent.ScheduleSlot]

// WarehouseSnapshotConnection is a page of days of warehouses.
type WarehouseSnapshotConnection = page.Connection[*ent.WarehouseSnapshot]

// WarehouseSnapshotEdge is one of them with its cursor.
type WarehouseSnapshotEdge = page.Edge[*ent.WarehouseSnapshot]
