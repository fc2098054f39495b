package directory

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// AccountTime is how long proving an account may take.
const AccountTime = 10 * time.Minute

// accountRequest is what was asked of another server, by a state (RFC 6749,
// section 10.12), or of whoever sends us a code, until the answer comes.
type accountRequest struct {
	SecretHash string `gorm:"primaryKey"` // SHA-256 of the state or the code, hex
	ExpiresAt  time.Time
	Account    string // JSON: who has sent the code; "" until then
	UsedAt     *time.Time
}

// AskForAccount makes the secret by which an answer is known: 80 bits, as
// sixteen letters and digits. Only a hash of it is kept. It can be used once,
// within AccountTime, and which browser may do so is for the caller to see.
func (d *Directory) AskForAccount(ctx context.Context) (secret string, err error) {
	secret = rand.Text()[:16]
	row := accountRequest{SecretHash: hashed(secret), ExpiresAt: now().Add(AccountTime)}
	if err := d.db.write.WithContext(ctx).Create(&row).Error; err != nil {
		return "", fmt.Errorf("ask for an account: %w", err)
	}
	return secret, nil
}

// awaited finds what was asked by a secret and not answered yet.
func awaited(tx *gorm.DB, secret string) *gorm.DB {
	return tx.Where("secret_hash = ? AND used_at IS NULL AND expires_at > ?", hashed(secret), now())
}

// Asked says whether an answer with that secret is awaited.
func (d *Directory) Asked(ctx context.Context, secret string) (bool, error) {
	var n int64
	if err := awaited(d.db.read.WithContext(ctx), secret).Model(&accountRequest{}).Count(&n).Error; err != nil {
		return false, fmt.Errorf("look for what was asked: %w", err)
	}
	return n > 0, nil
}

// SentCode notes that a verified sender has sent a code. The first one counts.
// Errors: ErrNotFound when no such code is awaited, ErrRepeated.
func (d *Directory) SentCode(ctx context.Context, h Heard, code string, sender Account) error {
	said, err := json.Marshal(sender)
	if err != nil {
		return fmt.Errorf("note who has sent a code: %w", err)
	}
	return d.takeIn(ctx, &h, func(tx *gorm.DB) (string, error) {
		noted := awaited(tx, code).Model(&accountRequest{}).Where("account = ''").Update("account", string(said))
		if noted.Error == nil && noted.RowsAffected == 0 {
			return "", notFound("code")
		}
		return "", noted.Error
	})
}

// CodeSender returns who has sent a code that was not used yet, or ErrNotFound
// while nobody has, or after its time.
func (d *Directory) CodeSender(ctx context.Context, code string) (Account, error) {
	var rows []accountRequest
	if err := awaited(d.db.read.WithContext(ctx), code).Where("account <> ''").Find(&rows).Error; err != nil {
		return Account{}, fmt.Errorf("look for who has sent a code: %w", err)
	}
	if len(rows) == 0 {
		return Account{}, notFound("code")
	}
	var sender Account
	if err := json.Unmarshal([]byte(rows[0].Account), &sender); err != nil {
		return Account{}, fmt.Errorf("read who has sent a code: %w", err)
	}
	return sender, nil
}

// UseAnswer uses a secret up, or returns ErrNotFound when that was done before
// or its time is over: of two that try at once, one succeeds.
func (d *Directory) UseAnswer(ctx context.Context, secret string) error {
	used := awaited(d.db.write.WithContext(ctx), secret).Model(&accountRequest{}).Update("used_at", now())
	if used.Error != nil {
		return fmt.Errorf("use an answer: %w", used.Error)
	}
	if used.RowsAffected == 0 {
		return notFound("answer")
	}
	return nil
}

// OAuthClient is what we are to another server that signs people in.
type OAuthClient struct {
	Host      string `gorm:"primaryKey"`
	ClientID  string
	Secret    string
	Scope     string
	CheckedAt time.Time // when the server last knew it
}

// TableName names the table of clients.
func (OAuthClient) TableName() string { return "oauth_clients" }

// OAuthClientAt returns what we are to a server, or ErrNotFound.
func (d *Directory) OAuthClientAt(ctx context.Context, host string) (OAuthClient, error) {
	var known []OAuthClient
	if err := d.db.read.WithContext(ctx).Where("host = ?", host).Find(&known).Error; err != nil {
		return OAuthClient{}, fmt.Errorf("read what we are to %s: %w", host, err)
	}
	if len(known) == 0 {
		return OAuthClient{}, notFound("client: %s", host)
	}
	return known[0], nil
}

// KeepOAuthClient keeps what we are to a server, which has just said so.
func (d *Directory) KeepOAuthClient(ctx context.Context, c OAuthClient) error {
	if err := checkIDs(c.Host, c.ClientID, c.Secret, c.Scope); err != nil {
		return err
	}
	c.CheckedAt = now()
	if err := d.db.write.WithContext(ctx).Save(&c).Error; err != nil {
		return fmt.Errorf("keep what we are to %s: %w", c.Host, err)
	}
	return nil
}

// ForgetOAuthClient forgets a client that its server does not know any more.
func (d *Directory) ForgetOAuthClient(ctx context.Context, c OAuthClient) error {
	err := d.db.write.WithContext(ctx).Where("host = ? AND client_id = ?", c.Host, c.ClientID).Delete(&OAuthClient{}).Error
	if err != nil {
		return fmt.Errorf("forget what we are to %s: %w", c.Host, err)
	}
	return nil
}
