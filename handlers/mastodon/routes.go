package mastodon

import (
	"net/http"

	"atelier/handlers/respond"
)

// A row is one operation.
type row struct {
	method, path string
	handler      respond.Handler
}

// table has all operations, the most frequent first: routes are tried in this
// order. A path with a fixed last part goes before one with a variable there.
func (a *API) table() []row {
	const get, post, put, patch, remove = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
	return []row{
		{get, "/api/v1/timelines/home", a.homeTimeline},
		{get, "/api/v1/notifications", a.getNotifications},
		{get, "/api/v2/notifications", a.getGroups},
		{post, "/api/v1/statuses", a.createStatus},
		{get, "/api/v1/statuses/{id}", a.getStatus},
		{get, "/api/v1/statuses/{id}/context", a.getContext},
		{get, "/api/v1/accounts/relationships", a.getRelationships},
		{get, "/api/v1/accounts/verify_credentials", a.verifyCredentials},
		{get, "/api/v1/accounts/lookup", a.lookupAccount},
		{get, "/api/v1/accounts/search", a.searchAccounts},
		{patch, "/api/v1/accounts/update_credentials", a.updateCredentials},
		{get, "/api/v1/accounts/{id}/statuses", a.getAccountStatuses},
		{get, "/api/v1/accounts/{id}", a.getAccount},
		{get, "/api/v1/timelines/public", a.publicTimeline},
		{get, "/api/v1/timelines/tag/{hashtag}", a.tagTimeline},
		{get, "/api/v2/search", a.search},
		{get, "/api/v1/markers", a.getMarkers},
		{post, "/api/v1/markers", a.setMarkers},

		{get, "/api/v1/statuses", a.getStatuses},
		{put, "/api/v1/statuses/{id}", a.editStatus},
		{remove, "/api/v1/statuses/{id}", a.deleteStatus},
		{get, "/api/v1/statuses/{id}/source", a.getSource},
		{get, "/api/v1/statuses/{id}/history", a.getHistory},
		{get, "/api/v1/statuses/{id}/favourited_by", a.getFavouritedBy},
		{get, "/api/v1/statuses/{id}/reblogged_by", a.getRebloggedBy},
		{post, "/api/v1/statuses/{id}/favourite", a.favourite},
		{post, "/api/v1/statuses/{id}/unfavourite", a.unfavourite},
		{post, "/api/v1/statuses/{id}/reblog", a.reblog},
		{post, "/api/v1/statuses/{id}/unreblog", a.unreblog},
		{post, "/api/v1/statuses/{id}/bookmark", a.bookmark},
		{post, "/api/v1/statuses/{id}/unbookmark", a.unbookmark},
		{post, "/api/v1/statuses/{id}/pin", a.pin},
		{post, "/api/v1/statuses/{id}/unpin", a.unpin},
		{post, "/api/v1/statuses/{id}/mute", a.muteThread},
		{post, "/api/v1/statuses/{id}/unmute", a.unmuteThread},
		{get, "/api/v1/polls/{id}", a.getPoll},
		{post, "/api/v1/polls/{id}/votes", a.vote},
		{get, "/api/v1/bookmarks", a.getBookmarks},
		{get, "/api/v1/favourites", a.getFavourites},

		{post, "/api/v2/media", a.uploadMedia},
		{post, "/api/v1/media", a.uploadMediaAndWait},
		{get, "/api/v1/media/{id}", a.getMedia},
		{put, "/api/v1/media/{id}", a.updateMedia},
		{remove, "/api/v1/media/{id}", a.deleteMedia},

		{get, "/api/v1/accounts", a.getAccounts},
		{get, "/api/v1/accounts/{id}/followers", a.getFollowers},
		{get, "/api/v1/accounts/{id}/following", a.getFollowing},
		{post, "/api/v1/accounts/{id}/follow", a.follow},
		{post, "/api/v1/accounts/{id}/unfollow", a.unfollow},
		{post, "/api/v1/accounts/{id}/remove_from_followers", a.removeFollower},
		{post, "/api/v1/accounts/{id}/block", a.block},
		{post, "/api/v1/accounts/{id}/unblock", a.unblock},
		{post, "/api/v1/accounts/{id}/mute", a.mute},
		{post, "/api/v1/accounts/{id}/unmute", a.unmute},
		{post, "/api/v1/accounts/{id}/note", a.setNote},
		{get, "/api/v1/blocks", a.getBlocks},
		{get, "/api/v1/mutes", a.getMutes},
		{get, "/api/v1/follow_requests", a.getFollowRequests},
		{post, "/api/v1/follow_requests/{account_id}/authorize", a.authorizeFollow},
		{post, "/api/v1/follow_requests/{account_id}/reject", a.rejectFollow},
		{get, "/api/v1/preferences", a.getPreferences},
		{get, "/api/v1/profile", a.getProfile},
		{patch, "/api/v1/profile", a.patchProfile},
		{remove, "/api/v1/profile/avatar", a.deleteAvatar},
		{remove, "/api/v1/profile/header", a.deleteHeader},

		{get, "/api/v1/notifications/unread_count", a.getUnreadCount},
		{post, "/api/v1/notifications/clear", a.clearNotifications},
		{get, "/api/v1/notifications/{id}", a.getNotification},
		{post, "/api/v1/notifications/{id}/dismiss", a.dismissNotification},
		{get, "/api/v2/notifications/unread_count", a.getUnreadGroups},
		{post, "/api/v2/notifications/clear", a.clearNotifications},
		{get, "/api/v2/notifications/{group_key}", a.getGroup},
		{get, "/api/v2/notifications/{group_key}/accounts", a.getGroupAccounts},
		{post, "/api/v2/notifications/{group_key}/dismiss", a.dismissGroup},

		{get, "/api/v2/filters", a.getFilters},
		{post, "/api/v2/filters", a.createFilter},
		{get, "/api/v2/filters/{id}", a.getFilter},
		{put, "/api/v2/filters/{id}", a.updateFilter},
		{remove, "/api/v2/filters/{id}", a.deleteFilter},
		{get, "/api/v2/filters/keywords/{id}", a.getKeyword},
		{put, "/api/v2/filters/keywords/{id}", a.updateKeyword},
		{remove, "/api/v2/filters/keywords/{id}", a.deleteKeyword},
		{get, "/api/v2/filters/statuses/{id}", a.getFilterStatus},
		{remove, "/api/v2/filters/statuses/{id}", a.deleteFilterStatus},
		{get, "/api/v2/filters/{filter_id}/keywords", a.getKeywords},
		{post, "/api/v2/filters/{filter_id}/keywords", a.createKeyword},
		{get, "/api/v2/filters/{filter_id}/statuses", a.getFilterStatuses},
		{post, "/api/v2/filters/{filter_id}/statuses", a.createFilterStatus},
		{get, "/api/v1/filters", a.getFiltersV1},
		{post, "/api/v1/filters", a.createFilterV1},
		{get, "/api/v1/filters/{id}", a.getFilterV1},
		{put, "/api/v1/filters/{id}", a.updateFilterV1},
		{remove, "/api/v1/filters/{id}", a.deleteFilterV1},

		{get, "/api/v2/instance", a.getInstance},
		{get, "/api/v1/instance", a.getInstanceV1},
		{get, "/api/v1/instance/rules", a.getRules},
		{get, "/api/v1/instance/extended_description", a.getExtendedDescription},
		{get, "/api/v1/instance/privacy_policy", a.getPrivacyPolicy},
		{get, "/api/v1/instance/terms_of_service", a.getTerms},
		{get, "/api/v1/instance/activity", a.getActivity},
		{get, "/api/v1/instance/peers", a.getPeers},
		{get, "/api/v1/peers/search", a.searchPeers},
		{get, "/api/v1/instance/translation_languages", a.getTranslationLanguages},
		{get, "/api/v1/custom_emojis", a.getCustomEmojis},
	}
}
