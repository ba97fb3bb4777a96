package mastodon

import (
	"net/http"

	"atelier/models"
)

// No year in review is made here, by decision: nobody is measured against
// others. Apps are told that nobody is eligible, which is what Mastodon says
// of members without a report.

// getAnnualReports serves GET /api/v1/annual_reports.
func (a *API) getAnnualReports(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := a.user(r, "read:accounts"); err != nil {
		return err
	}
	return reply(w, struct {
		Reports  []struct{} `json:"annual_reports"`
		Accounts []struct{} `json:"accounts"`
		Statuses []struct{} `json:"statuses"`
	}{[]struct{}{}, []struct{}{}, []struct{}{}})
}

// getAnnualState serves GET /api/v1/annual_reports/{year}/state.
func (a *API) getAnnualState(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := a.user(r, "read:accounts"); err != nil {
		return err
	}
	return reply(w, map[string]string{"state": "ineligible"})
}

// generateAnnual serves POST /api/v1/annual_reports/{year}/generate: for who is
// not eligible it does nothing, in Mastodon too.
func (a *API) generateAnnual(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := a.user(r, "write:accounts"); err != nil {
		return err
	}
	return empty(w)
}

// getAnnualReport serves GET /api/v1/annual_reports/{year}.
func (a *API) getAnnualReport(_ http.ResponseWriter, r *http.Request) error {
	return a.nothing(r, "read:accounts")
}

// readAnnual serves POST /api/v1/annual_reports/{year}/read.
func (a *API) readAnnual(_ http.ResponseWriter, r *http.Request) error {
	return a.nothing(r, "write:accounts")
}

// nothing is the answer of operations whose things are never there.
func (a *API) nothing(r *http.Request, scope string) error {
	if _, _, err := a.user(r, scope); err != nil {
		return err
	}
	return models.Errorf(models.NotFound, "Record not found")
}
