-- +goose Up

-- Words of new posts wait in a list that every search reads whole: a short one.
ALTER INDEX post_search_body SET (gin_pending_list_limit = 256);

-- +goose Down
ALTER INDEX post_search_body RESET (gin_pending_list_limit);
