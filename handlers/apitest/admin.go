package apitest

import "strings"

// describeAdmin adds the operations of the administration to the description,
// which has only their entities.
func describeAdmin(doc map[string]any) {
	ref := func(name string) map[string]any { return map[string]any{"$ref": "#/components/schemas/" + name} }
	list := func(item map[string]any) map[string]any { return map[string]any{"type": "array", "items": item} }
	free := map[string]any{"type": "object", "maxProperties": 0}
	paths := at(doc, "paths")
	add := func(path string, methods map[string]map[string]any) {
		item := map[string]any{}
		if strings.Contains(path, "{id}") {
			item["parameters"] = []any{map[string]any{"name": "id", "in": "path", "required": true, "schema": map[string]any{"type": "string"}}}
		}
		for method, answer := range methods {
			item[method] = map[string]any{"responses": map[string]any{
				"200":     map[string]any{"description": "OK", "content": map[string]any{"application/json": map[string]any{"schema": answer}}},
				"default": map[string]any{"description": "trouble", "content": map[string]any{"application/json": map[string]any{"schema": ref("Error")}}},
			}}
		}
		paths[path] = item
	}
	one := func(name string) map[string]map[string]any { return map[string]map[string]any{"get": ref(name)} }
	add("/api/v1/admin/accounts", map[string]map[string]any{"get": list(ref("AdminAccount"))})
	add("/api/v2/admin/accounts", map[string]map[string]any{"get": list(ref("AdminAccount"))})
	add("/api/v1/admin/accounts/{id}", map[string]map[string]any{"get": ref("AdminAccount"), "delete": ref("AdminAccount")})
	for _, verb := range []string{"approve", "reject", "enable", "unsensitive", "unsilence", "unsuspend"} {
		add("/api/v1/admin/accounts/{id}/"+verb, map[string]map[string]any{"post": ref("AdminAccount")})
	}
	add("/api/v1/admin/accounts/{id}/action", map[string]map[string]any{"post": free})
	add("/api/v1/admin/reports", map[string]map[string]any{"get": list(ref("AdminReport"))})
	add("/api/v1/admin/reports/{id}", map[string]map[string]any{"get": ref("AdminReport"), "put": ref("AdminReport")})
	for _, verb := range []string{"assign_to_self", "unassign", "resolve", "reopen"} {
		add("/api/v1/admin/reports/{id}/"+verb, map[string]map[string]any{"post": ref("AdminReport")})
	}
	for path, entity := range map[string]string{"domain_blocks": "AdminDomainBlock", "domain_allows": "AdminDomainAllow", "email_domain_blocks": "AdminEmailDomainBlock",
		"canonical_email_blocks": "AdminCanonicalEmailBlock", "ip_blocks": "AdminIpBlock"} {
		add("/api/v1/admin/"+path, map[string]map[string]any{"get": list(ref(entity)), "post": ref(entity)})
		methods := one(entity)
		methods["delete"] = free
		if path == "domain_blocks" || path == "ip_blocks" {
			methods["put"] = ref(entity)
		}
		add("/api/v1/admin/"+path+"/{id}", methods)
	}
	add("/api/v1/admin/canonical_email_blocks/test", map[string]map[string]any{"post": list(ref("AdminCanonicalEmailBlock"))})
	add("/api/v1/admin/measures", map[string]map[string]any{"post": list(ref("AdminMeasure"))})
	add("/api/v1/admin/dimensions", map[string]map[string]any{"post": list(ref("AdminDimension"))})
	add("/api/v1/admin/retention", map[string]map[string]any{"post": list(ref("AdminCohort"))})
	// Accounts elsewhere have no role.
	at(doc, "components", "schemas", "AdminAccount", "properties")["role"] = map[string]any{"anyOf": []any{ref("Role"), map[string]any{"type": "null"}}}
}
