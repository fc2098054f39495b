package directory

import (
	"reflect"
	"regexp"
	"slices"
	"sync"
	"testing"

	"gorm.io/gorm/schema"
)

var handleForm = regexp.MustCompile(`^[a-z0-9_]{1,30}$`)

// models are all the types that are rows.
var models = []any{&Coop{}, &Fact{}, &Change{}, &Place{}, &Handle{}, &coopService{}, &listVersion{}, &listRow{}, &instance{}, &Key{}, &Peer{}, &Follower{}, &heard{}, &Inbox{}, &Receipt{}, &delivery{}, &Post{},
	&Picture{}, &PostMention{}, &postTag{}, &Boost{}, &addressee{}, &Answer{}, &Authorization{}, &Event{}, &Reaction{}, &Reply{}, &Report{}, &ReportObject{},
	&Person{}, &Passkey{}, &session{}, &SignIn{}, &Member{}, &Invitation{}, &Claim{}, &AuditEntry{},
	&Account{}, &accountRequest{}, &OAuthClient{}, &Proposal{}, &Evidence{}, &entryPicture{}, &ScheduledPost{}, &scheduledPicture{}, &Block{}, &BlockedDomain{},
	&logState{}, &logRow{}, &logTile{}, &Mirror{}, &mirroredHead{}, &mirroredEntry{},
	&listed{}, &overlay{}, &AllowedDomain{}, &pin{}, &PeerHost{}}

// column is a column of a migrated table.
type column struct {
	Name     string
	Type     string
	Nullable bool
	Key      bool // part of the primary key
}

// CheckModels compares the models with the tables of a migrated database.
// The test that calls it is outside the package, where databases can be made.
func CheckModels(t *testing.T, db *Database) {
	for _, model := range models {
		parsed, err := schema.Parse(model, &sync.Map{}, schema.NamingStrategy{})
		if err != nil {
			t.Fatal(err)
		}
		checkColumns(t, parsed, columnsOf(t, db, parsed.Table))
	}
}

func columnsOf(t *testing.T, db *Database, table string) []column {
	query := `SELECT name, type, "notnull" = 0 AND pk = 0 AS nullable, pk > 0 AS key FROM pragma_table_info(?)`
	if db.postgres {
		query = `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable, i.indrelid IS NOT NULL AS key
			FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey)
			WHERE a.attrelid = CAST(? AS regclass) AND a.attnum > 0 AND NOT a.attisdropped`
	}
	var columns []column
	if err := db.read.Raw(query, table).Scan(&columns).Error; err != nil {
		t.Fatal(err)
	}
	return columns
}

func checkColumns(t *testing.T, model *schema.Schema, columns []column) {
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
		field := model.LookUpField(c.Name)
		if field == nil {
			t.Errorf("%s: the column %s has no field", model.Table, c.Name)
			continue
		}
		if kinds := columnKinds[field.DataType]; !slices.Contains(kinds, c.Type) {
			t.Errorf("%s.%s is %s in the database and %s in the model", model.Table, c.Name, c.Type, field.DataType)
		}
		if c.Key != field.PrimaryKey {
			t.Errorf("%s.%s: primary key %v in the database, %v in the model", model.Table, c.Name, c.Key, field.PrimaryKey)
		}
		if pointer := field.FieldType.Kind() == reflect.Pointer; c.Nullable != pointer {
			t.Errorf("%s.%s: NULL allowed %v in the database, %v in the model", model.Table, c.Name, c.Nullable, pointer)
		}
	}
	for _, name := range model.DBNames {
		if !slices.Contains(names, name) {
			t.Errorf("%s: the field %s has no column", model.Table, name)
		}
	}
}

var columnKinds = map[schema.DataType][]string{
	schema.String: {"TEXT", "text"},
	schema.Int:    {"INTEGER", "integer", "bigint"},
	schema.Bool:   {"BOOLEAN", "boolean"},
	schema.Time:   {"DATETIME", "timestamp with time zone"},
	schema.Float:  {"REAL", "double precision"},
	schema.Bytes:  {"BLOB", "bytea"},
}
