package directory

import (
	"encoding/json"
	"fmt"

	"gorm.io/gorm"
)

// Message is what the directory's actor writes to one person alone.
type Message struct {
	ActorID string `json:"actor"`
	Account string `json:"account"` // name@host
	URL     string `json:"url"`     // of the account's profile page
	Text    string `json:"text"`
	Path    string `json:"path"` // of our page that it leads to
}

// messaged is the type of an Answer whose Request is a Message.
const messaged = "Create"

// message has something sent to all accounts of some people.
func message(tx *gorm.DB, text, path string, people ...int64) error {
	accounts, err := accountsOf(tx, people...)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		said, err := json.Marshal(Message{ActorID: a.ActorID, Account: a.Name, URL: a.URL, Text: text, Path: path})
		if err != nil {
			return fmt.Errorf("write to @%s: %w", a.Name, err)
		}
		if err := owe(tx, a.Inbox, Answer{Handle: DirectoryHandle, Type: messaged, Request: string(said)}); err != nil {
			return err
		}
	}
	return nil
}

// Message is what an answer says to one person, if it is of that kind.
func (a Answer) Message() (m Message, ok bool) {
	return m, a.Type == messaged && json.Unmarshal([]byte(a.Request), &m) == nil
}
