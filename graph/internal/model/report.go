package model

import (
	"entrepot/internal/page"
	"entrepot/internal/report"
)

// StockCardLineConnection is a page of the lines of a stock card.
type StockCardLineConnection = page.Connection[*report.CardLine]

// StockCardLineEdge is one of them with its cursor.
type StockCardLineEdge = page.Edge[*report.CardLine]

// LowStockEdge is a low stock with its cursor.
type LowStockEdge = page.Edge[*report.LowStock]

// MovementStatisticEdge is a group of movements with its cursor.
type MovementStatisticEdge = page.Edge[*report.MovementStatistic]
