package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"coopverse/directory"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// errPasskey means that a passkey was not taken. Why is not told: it would help
// only those who try other people's.
var errPasskey = errors.New("the passkey was not taken")

// errNoPasskeys is said where the directory's address is a number: browsers have
// passkeys only for names (WebAuthn, section 5.1.2).
var errNoPasskeys = fmt.Errorf("%w: this directory has no domain name, and passkeys belong to one; sign in with an account of the fediverse", directory.ErrInvalid)

// ceremonyTime is how long making or using a passkey may take.
const ceremonyTime = 5 * time.Minute

// maxPasskey is how many bytes a browser may say about a passkey.
const maxPasskey = 64 << 10

// ceremonyKey is where a session keeps the ceremony that has begun.
const ceremonyKey = "ceremony"

// What a ceremony is for. One that began as one thing does not end as another.
const (
	toSignIn   = "sign in"
	toRegister = "register"
	toAdd      = "add"
)

// ceremony is what has to be remembered between a browser being asked for a
// passkey and its answer.
type ceremony struct {
	For  string
	Name string // of the person who registers
	Data webauthn.SessionData
}

// newPasskeys makes what checks passkeys. They are bound to the host of our
// origin. Where that is an IP address there are none: browsers refuse them.
func newPasskeys(s site) (*webauthn.WebAuthn, error) {
	required := true
	c := webauthn.Config{
		RPID: s.hostname(), RPDisplayName: s.Name, RPOrigins: []string{s.Origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			RequireResidentKey: &required, ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationPreferred,
		},
		// Password managers tell things that nobody asked for; nothing here looks at them.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	}
	allowed := webauthn.TimeoutConfig{Enforce: true, Timeout: ceremonyTime, TimeoutUVD: ceremonyTime}
	c.Timeouts = webauthn.TimeoutsConfig{Login: allowed, Registration: allowed}
	if protocol.ValidateRPID(c.RPID) != nil {
		c.RPID = ""
	}
	return webauthn.New(&c)
}

// holder is a person, as the library asks for one.
type holder struct {
	Handle []byte // by which the person's passkeys belong together; says nothing by itself
	Name   string
	Keys   []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return h.Handle }
func (h holder) WebAuthnName() string                       { return h.Name }
func (h holder) WebAuthnDisplayName() string                { return h.Name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.Keys }

// stored is how a passkey is kept: what the library knows of it, and the handle
// of its holder.
type stored struct {
	Handle     []byte              `json:"handle"`
	Credential webauthn.Credential `json:"credential"`
}

func readStored(key directory.Passkey) (stored, error) {
	var kept stored
	if err := json.Unmarshal([]byte(key.Credential), &kept); err != nil {
		return stored{}, fmt.Errorf("read the passkey %s: %w", key.ID, err)
	}
	return kept, nil
}

func writeStored(handle []byte, c webauthn.Credential) (string, error) {
	body, err := json.Marshal(stored{handle, c})
	return string(body), err
}

// newHolder is somebody who has no passkey yet.
func newHolder(name string) holder {
	handle := make([]byte, 32)
	_, _ = rand.Read(handle) // which never fails
	return holder{Handle: handle, Name: name}
}

// holderOf is a person with all of their passkeys.
func (s *Server) holderOf(ctx context.Context, p directory.Person) (holder, error) {
	keys, err := s.directory.Passkeys(ctx, p.ID)
	if err != nil {
		return holder{}, err
	}
	h := newHolder(p.Name)
	for _, key := range keys {
		kept, err := readStored(key)
		if err != nil {
			return holder{}, err
		}
		h.Handle, h.Keys = kept.Handle, append(h.Keys, kept.Credential)
	}
	return h, nil
}

// ask remembers a ceremony and tells the browser what to do.
func (s *Server) ask(w http.ResponseWriter, r *http.Request, c ceremony, options any) error {
	body, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("remember a ceremony: %w", err)
	}
	s.sessions.Put(r.Context(), ceremonyKey, body)
	writeJSON(w, http.StatusOK, "application/json", options)
	return nil
}

// answered is the ceremony that a browser's answer belongs to, which is over
// with it, and the answer.
func (s *Server) answered(w http.ResponseWriter, r *http.Request, what string) (ceremony, []byte, error) {
	if err := sameOrigin.Check(r); err != nil {
		return ceremony{}, nil, errForeignForm
	}
	var c ceremony
	kept := s.sessions.PopBytes(r.Context(), ceremonyKey)
	if kept == nil || json.Unmarshal(kept, &c) != nil || c.For != what {
		return ceremony{}, nil, errPasskey
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPasskey))
	if err != nil {
		return ceremony{}, nil, errBadRequest
	}
	return c, body, nil
}

// askForNew has a browser make a passkey for h.
func (s *Server) askForNew(w http.ResponseWriter, r *http.Request, what string, h holder) error {
	if !s.pages.site.Passkeys {
		return errNoPasskeys
	}
	var known []protocol.CredentialDescriptor
	for _, key := range h.Keys {
		known = append(known, key.Descriptor())
	}
	options, data, err := s.passkeys.BeginRegistration(h, webauthn.WithExclusions(known))
	if err != nil {
		return fmt.Errorf("ask for a new passkey: %w", err)
	}
	return s.ask(w, r, ceremony{For: what, Name: h.Name, Data: *data}, options)
}

// newPasskey is the passkey that a browser has made, and the name that was given
// when it was asked for.
func (s *Server) newPasskey(w http.ResponseWriter, r *http.Request, what string) (key directory.Passkey, name string, err error) {
	c, body, err := s.answered(w, r, what)
	if err != nil {
		return directory.Passkey{}, "", err
	}
	said, err := protocol.ParseCredentialCreationResponseBytes(body)
	if err != nil {
		return directory.Passkey{}, "", errPasskey
	}
	credential, err := s.passkeys.CreateCredential(holder{Handle: c.Data.UserID}, c.Data, said)
	if err != nil {
		return directory.Passkey{}, "", errPasskey
	}
	keep, err := writeStored(c.Data.UserID, *credential)
	return directory.Passkey{ID: passkeyID(credential.ID), Name: browserName(r.UserAgent()), Credential: keep}, c.Name, err
}

func passkeyID(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// passkeyUsed is the person whose passkey a browser has used.
func (s *Server) passkeyUsed(w http.ResponseWriter, r *http.Request) (directory.Person, error) {
	c, body, err := s.answered(w, r, toSignIn)
	if err != nil {
		return directory.Person{}, err
	}
	said, err := protocol.ParseCredentialRequestResponseBytes(body)
	if err != nil {
		return directory.Person{}, errPasskey
	}
	ctx := r.Context()
	key, err := s.directory.PasskeyByID(ctx, passkeyID(said.RawID))
	if errors.Is(err, directory.ErrNotFound) {
		return directory.Person{}, errPasskey
	}
	if err != nil {
		return directory.Person{}, err
	}
	kept, err := readStored(key)
	if err != nil {
		return directory.Person{}, err
	}
	owner := func(id, handle []byte) (webauthn.User, error) {
		if !bytes.Equal(id, kept.Credential.ID) || !bytes.Equal(handle, kept.Handle) {
			return nil, errPasskey
		}
		return holder{Handle: kept.Handle, Keys: []webauthn.Credential{kept.Credential}}, nil
	}
	_, credential, err := s.passkeys.ValidatePasskeyLogin(owner, c.Data, said)
	if err != nil {
		return directory.Person{}, errPasskey
	}
	p, err := s.directory.PersonByID(ctx, key.PersonID)
	if err != nil {
		return directory.Person{}, err
	}
	// A counter that went back: there may be a copy of the passkey, and nobody
	// can say whose this one is (WebAuthn, section 7.2, step 22).
	if credential.Authenticator.CloneWarning {
		by := directory.Actor{PersonID: p.ID, Name: p.Name}
		return directory.Person{}, errors.Join(errPasskey, s.directory.Audit(ctx, by, "refused a passkey that may be a copy", directory.DirectoryHandle, key.ID))
	}
	changed, err := writeStored(kept.Handle, *credential)
	if err != nil {
		return directory.Person{}, err
	}
	return p, s.directory.UsedPasskey(ctx, key.ID, changed)
}
