package app

import (
	"context"
	"errors"
	"slices"

	"entrepot/internal/catalog"
	"entrepot/internal/document"
	"entrepot/internal/exporter"
	"entrepot/internal/importer"
	"entrepot/internal/job"
	"entrepot/internal/report"
	"entrepot/internal/warehouse"
)

// openJobs makes what does background jobs. A kind of job is registered here.
func (a *App) openJobs() (err error) {
	now, base := a.deps.Now, a.cfg.BaseCurrency
	documents := document.New(a.DB, base, now)
	a.imports = importer.New(a.DB, catalog.New(a.DB, now), warehouse.New(a.DB, now), documents, now)
	a.exports = exporter.New(a.DB, report.New(a.DB, base, now), now)
	kinds := slices.Concat(a.imports.Jobs(), a.exports.Jobs(), documents.Jobs())
	a.jobs, err = job.NewRunner(job.Options{DB: a.DB, Kinds: kinds, Log: a.deps.Log, Now: now})
	return err
}

// startJobs begins to do background jobs and what happens by the clock, where this
// replica is to.
func (a *App) startJobs(ctx context.Context) error {
	if err := a.clock.Start(ctx); err != nil {
		return err
	}
	if !a.cfg.Jobs {
		return nil
	}
	if err := a.jobs.Start(ctx); err != nil {
		return errors.Join(err, a.stopJobs(ctx))
	}
	return nil
}
