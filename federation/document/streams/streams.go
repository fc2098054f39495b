// Package streams is the part of go-fed's package of that name with which our
// documents are written. That one makes the whole vocabulary part of the
// program, in all its ways to be read, compared and sorted: a third of the
// program's size, and of the memory that its pages take.
package streams

import (
	propertycontent "github.com/go-fed/activity/streams/impl/activitystreams/property_content"
	propertydeleted "github.com/go-fed/activity/streams/impl/activitystreams/property_deleted"
	propertyfirst "github.com/go-fed/activity/streams/impl/activitystreams/property_first"
	propertyfollowers "github.com/go-fed/activity/streams/impl/activitystreams/property_followers"
	propertyfollowing "github.com/go-fed/activity/streams/impl/activitystreams/property_following"
	propertyinbox "github.com/go-fed/activity/streams/impl/activitystreams/property_inbox"
	propertylikes "github.com/go-fed/activity/streams/impl/activitystreams/property_likes"
	propertyname "github.com/go-fed/activity/streams/impl/activitystreams/property_name"
	propertynext "github.com/go-fed/activity/streams/impl/activitystreams/property_next"
	propertyobject "github.com/go-fed/activity/streams/impl/activitystreams/property_object"
	propertyordereditems "github.com/go-fed/activity/streams/impl/activitystreams/property_ordereditems"
	propertyoutbox "github.com/go-fed/activity/streams/impl/activitystreams/property_outbox"
	propertypartof "github.com/go-fed/activity/streams/impl/activitystreams/property_partof"
	propertypreferredusername "github.com/go-fed/activity/streams/impl/activitystreams/property_preferredusername"
	propertypublished "github.com/go-fed/activity/streams/impl/activitystreams/property_published"
	propertyreplies "github.com/go-fed/activity/streams/impl/activitystreams/property_replies"
	propertyshares "github.com/go-fed/activity/streams/impl/activitystreams/property_shares"
	propertysummary "github.com/go-fed/activity/streams/impl/activitystreams/property_summary"
	propertytotalitems "github.com/go-fed/activity/streams/impl/activitystreams/property_totalitems"
	propertyupdated "github.com/go-fed/activity/streams/impl/activitystreams/property_updated"
	propertyurl "github.com/go-fed/activity/streams/impl/activitystreams/property_url"
	typeaccept "github.com/go-fed/activity/streams/impl/activitystreams/type_accept"
	typeadd "github.com/go-fed/activity/streams/impl/activitystreams/type_add"
	typeannounce "github.com/go-fed/activity/streams/impl/activitystreams/type_announce"
	typeapplication "github.com/go-fed/activity/streams/impl/activitystreams/type_application"
	typeblock "github.com/go-fed/activity/streams/impl/activitystreams/type_block"
	typecreate "github.com/go-fed/activity/streams/impl/activitystreams/type_create"
	typedelete "github.com/go-fed/activity/streams/impl/activitystreams/type_delete"
	typeflag "github.com/go-fed/activity/streams/impl/activitystreams/type_flag"
	typefollow "github.com/go-fed/activity/streams/impl/activitystreams/type_follow"
	typemove "github.com/go-fed/activity/streams/impl/activitystreams/type_move"
	typenote "github.com/go-fed/activity/streams/impl/activitystreams/type_note"
	typeorderedcollection "github.com/go-fed/activity/streams/impl/activitystreams/type_orderedcollection"
	typeorderedcollectionpage "github.com/go-fed/activity/streams/impl/activitystreams/type_orderedcollectionpage"
	typeorganization "github.com/go-fed/activity/streams/impl/activitystreams/type_organization"
	typereject "github.com/go-fed/activity/streams/impl/activitystreams/type_reject"
	typeremove "github.com/go-fed/activity/streams/impl/activitystreams/type_remove"
	typeservice "github.com/go-fed/activity/streams/impl/activitystreams/type_service"
	typetombstone "github.com/go-fed/activity/streams/impl/activitystreams/type_tombstone"
	typeundo "github.com/go-fed/activity/streams/impl/activitystreams/type_undo"
	typeupdate "github.com/go-fed/activity/streams/impl/activitystreams/type_update"
	propertyid "github.com/go-fed/activity/streams/impl/jsonld/property_id"
	propertytype "github.com/go-fed/activity/streams/impl/jsonld/property_type"
	"github.com/go-fed/activity/streams/vocab"
)

// The types of what we write. Each knows its own "type".
var (
	NewActivityStreamsAccept                = typeaccept.NewActivityStreamsAccept
	NewActivityStreamsAdd                   = typeadd.NewActivityStreamsAdd
	NewActivityStreamsAnnounce              = typeannounce.NewActivityStreamsAnnounce
	NewActivityStreamsApplication           = typeapplication.NewActivityStreamsApplication
	NewActivityStreamsBlock                 = typeblock.NewActivityStreamsBlock
	NewActivityStreamsCreate                = typecreate.NewActivityStreamsCreate
	NewActivityStreamsDelete                = typedelete.NewActivityStreamsDelete
	NewActivityStreamsFlag                  = typeflag.NewActivityStreamsFlag
	NewActivityStreamsFollow                = typefollow.NewActivityStreamsFollow
	NewActivityStreamsMove                  = typemove.NewActivityStreamsMove
	NewActivityStreamsNote                  = typenote.NewActivityStreamsNote
	NewActivityStreamsOrderedCollection     = typeorderedcollection.NewActivityStreamsOrderedCollection
	NewActivityStreamsOrderedCollectionPage = typeorderedcollectionpage.NewActivityStreamsOrderedCollectionPage
	NewActivityStreamsOrganization          = typeorganization.NewActivityStreamsOrganization
	NewActivityStreamsReject                = typereject.NewActivityStreamsReject
	NewActivityStreamsRemove                = typeremove.NewActivityStreamsRemove
	NewActivityStreamsService               = typeservice.NewActivityStreamsService
	NewActivityStreamsTombstone             = typetombstone.NewActivityStreamsTombstone
	NewActivityStreamsUndo                  = typeundo.NewActivityStreamsUndo
	NewActivityStreamsUpdate                = typeupdate.NewActivityStreamsUpdate
)

// The properties that they have. Those of which each would be a hundredth of the
// program, and which we only ever give an id or a word, are written without:
// actor, attributedTo and formerType.
var (
	NewActivityStreamsContentProperty           = propertycontent.NewActivityStreamsContentProperty
	NewActivityStreamsDeletedProperty           = propertydeleted.NewActivityStreamsDeletedProperty
	NewActivityStreamsFirstProperty             = propertyfirst.NewActivityStreamsFirstProperty
	NewActivityStreamsFollowersProperty         = propertyfollowers.NewActivityStreamsFollowersProperty
	NewActivityStreamsFollowingProperty         = propertyfollowing.NewActivityStreamsFollowingProperty
	NewActivityStreamsInboxProperty             = propertyinbox.NewActivityStreamsInboxProperty
	NewActivityStreamsLikesProperty             = propertylikes.NewActivityStreamsLikesProperty
	NewActivityStreamsNameProperty              = propertyname.NewActivityStreamsNameProperty
	NewActivityStreamsNextProperty              = propertynext.NewActivityStreamsNextProperty
	NewActivityStreamsObjectProperty            = propertyobject.NewActivityStreamsObjectProperty
	NewActivityStreamsOrderedItemsProperty      = propertyordereditems.NewActivityStreamsOrderedItemsProperty
	NewActivityStreamsOutboxProperty            = propertyoutbox.NewActivityStreamsOutboxProperty
	NewActivityStreamsPartOfProperty            = propertypartof.NewActivityStreamsPartOfProperty
	NewActivityStreamsPreferredUsernameProperty = propertypreferredusername.NewActivityStreamsPreferredUsernameProperty
	NewActivityStreamsPublishedProperty         = propertypublished.NewActivityStreamsPublishedProperty
	NewActivityStreamsRepliesProperty           = propertyreplies.NewActivityStreamsRepliesProperty
	NewActivityStreamsSharesProperty            = propertyshares.NewActivityStreamsSharesProperty
	NewActivityStreamsSummaryProperty           = propertysummary.NewActivityStreamsSummaryProperty
	NewActivityStreamsTotalItemsProperty        = propertytotalitems.NewActivityStreamsTotalItemsProperty
	NewActivityStreamsUpdatedProperty           = propertyupdated.NewActivityStreamsUpdatedProperty
	NewActivityStreamsURLProperty               = propertyurl.NewActivityStreamsUrlProperty
	NewJSONLDIdProperty                         = propertyid.NewJSONLDIdProperty
)

// The types are given what their "type" is written with, as go-fed's own
// package does it; both may be part of one program.
func init() {
	typed := func() vocab.JSONLDTypeProperty { return propertytype.NewJSONLDTypeProperty() }
	typeaccept.SetTypePropertyConstructor(typed)
	typeadd.SetTypePropertyConstructor(typed)
	typeannounce.SetTypePropertyConstructor(typed)
	typeapplication.SetTypePropertyConstructor(typed)
	typeblock.SetTypePropertyConstructor(typed)
	typecreate.SetTypePropertyConstructor(typed)
	typedelete.SetTypePropertyConstructor(typed)
	typeflag.SetTypePropertyConstructor(typed)
	typefollow.SetTypePropertyConstructor(typed)
	typemove.SetTypePropertyConstructor(typed)
	typenote.SetTypePropertyConstructor(typed)
	typeorderedcollection.SetTypePropertyConstructor(typed)
	typeorderedcollectionpage.SetTypePropertyConstructor(typed)
	typeorganization.SetTypePropertyConstructor(typed)
	typereject.SetTypePropertyConstructor(typed)
	typeremove.SetTypePropertyConstructor(typed)
	typeservice.SetTypePropertyConstructor(typed)
	typetombstone.SetTypePropertyConstructor(typed)
	typeundo.SetTypePropertyConstructor(typed)
	typeupdate.SetTypePropertyConstructor(typed)
}
