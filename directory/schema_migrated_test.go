package directory_test

import (
	"testing"

	"coopverse/directory"
	"coopverse/directory/storetest"
)

func TestModelsMatchTheMigratedSchema(t *testing.T) {
	storetest.EachDatabase(t, directory.CheckModels)
}
