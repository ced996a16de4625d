package graph

import (
	"time"

	"entrepot/graph/internal/model"
	"entrepot/internal/command"
	"entrepot/internal/document"
	"entrepot/internal/idempotency"
	"entrepot/internal/page"
	"entrepot/internal/posting"
)

const (
	maxNodes    = 100
	maxElements = 100_000
)

func limits() *model.ServerLimits {
	return &model.ServerLimits{
		DefaultPageSize:         page.DefaultSize,
		MaxPageSize:             page.MaxSize,
		MaxOffset:               page.MaxOffset,
		MaxNodes:                maxNodes,
		MaxElements:             maxElements,
		MaxSkus:                 page.MaxKeys,
		MaxLines:                posting.MaxLines,
		MaxDocumentLines:        document.MaxLines,
		MaxImportRows:           command.MaxRows,
		MaxQuantity:             posting.MaxQuantity,
		MaxIdempotencyKeyLength: idempotency.MaxLength,
		IdempotencyDays:         int(idempotency.Kept / (24 * time.Hour)),
	}
}
