package mastodon

import (
	"net/http"
	"net/netip"

	"atelier/models"
	"atelier/models/chapter"
)

// tokenEntity is an access token (Mastodon Token).
type tokenEntity struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	Scope       string `json:"scope"`
	CreatedAt   int64  `json:"created_at"`
}

type newAccountForm struct {
	Username   string `param:"username"`
	Email      string `param:"email"`
	Password   string `param:"password"`
	Agreement  bool   `param:"agreement"`
	Locale     string `param:"locale"`
	Reason     string `param:"reason"`
	InviteCode string `param:"invite_code"`
}

// createAccount serves POST /api/v1/accounts: somebody becomes a member, as
// the chapter's registration has it, and the app gets a token. It is of no use
// while a steward decides.
func (a *API) createAccount(w http.ResponseWriter, r *http.Request) error {
	c, err := a.Who(r)
	if err != nil {
		return err
	}
	if err := c.AsApp("write:accounts"); err != nil {
		return err
	}
	if c.App == nil {
		return models.Errorf(models.Forbidden, "This method requires an app's token")
	}
	var form newAccountForm
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	account, err := a.register(r, form)
	if f := faultOf(err); f != nil {
		write(w, http.StatusUnprocessableEntity, encode(f))
		return nil
	}
	if err != nil {
		return err
	}
	secret, t, err := a.NewToken(r.Context(), c.App, account.ID, c.Token.Scopes)
	if err != nil {
		return err
	}
	return reply(w, tokenEntity{secret, "Bearer", t.Scopes.String(), t.CreatedAt.Unix()})
}

func (a *API) register(r *http.Request, form newAccountForm) (*models.Account, error) {
	if !form.Agreement {
		return nil, models.Errorf(models.Invalid, "Validation failed: Please agree to the rules of this server").On("agreement")
	}
	n := chapter.NewMember{Username: form.Username, Email: form.Email, Password: form.Password, Locale: form.Locale, Application: form.Reason}
	if form.Password == "" {
		return nil, models.Errorf(models.Invalid, "Validation failed: Password can't be blank").On("password")
	}
	from, _ := netip.ParseAddrPort(r.RemoteAddr) // the zero address is not known
	if form.InviteCode != "" {
		return a.Chapter.Join(r.Context(), form.InviteCode, n, from.Addr())
	}
	return a.Chapter.Apply(r.Context(), n, from.Addr())
}

// resendConfirmation serves POST /api/v1/emails/confirmations: nobody waits for
// a letter here, since members are let in by what is asked of them on joining.
func (a *API) resendConfirmation(_ http.ResponseWriter, r *http.Request) error {
	if _, _, err := a.user(r, "write:accounts"); err != nil {
		return err
	}
	return models.Errorf(models.Forbidden, "This method is only available while the e-mail is awaiting confirmation")
}

// checkConfirmation serves GET /api/v1/emails/check_confirmation.
func (a *API) checkConfirmation(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := a.user(r, "read:accounts"); err != nil {
		return err
	}
	return reply(w, true)
}
