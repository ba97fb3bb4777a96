package mastodon

import (
	"errors"
	"net/http"
	"strings"

	"atelier/models"
)

// A fault is an error with what is wrong in each field, as registration and
// collections answer it.
type fault struct {
	Error   string                   `json:"error"`
	Details map[string][]faultDetail `json:"details"`
}

type faultDetail struct {
	Error       string `json:"error"`
	Description string `json:"description"`
}

// faultOf is err as a fault; nil if it is none of validation.
func faultOf(err error) *fault {
	var e *models.Error
	if !errors.As(err, &e) || e.Kind != models.Invalid {
		return nil
	}
	field := e.Field
	if field == "" {
		field = "base"
	}
	return &fault{e.Msg, map[string][]faultDetail{field: {{faultCode(e.Msg), e.Msg}}}}
}

// faultCode is Mastodon's word for what a sentence says.
func faultCode(sentence string) string {
	for part, code := range map[string]string{"blank": "ERR_BLANK", "too long": "ERR_TOO_LONG", "already": "ERR_TAKEN", "taken": "ERR_TAKEN", "agree": "ERR_ACCEPTED"} {
		if strings.Contains(sentence, part) {
			return code
		}
	}
	return "ERR_INVALID"
}

// collectionFault answers err as collections do: with the fault inside error.
func collectionFault(w http.ResponseWriter, err error) error {
	f := faultOf(err)
	if f == nil {
		return err
	}
	write(w, http.StatusUnprocessableEntity, encode(struct {
		Error *fault `json:"error"`
	}{f}))
	return nil
}
