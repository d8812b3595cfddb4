//! JSON against a schema of an OpenAPI 3.1 document, with as much of JSON Schema as there is in it.

use std::collections::BTreeSet;

use serde_json::Value;

/// The schemas of a document, and which of them a value has been held against.
pub(super) struct Schemas<'a> {
    document: &'a Value,
    pub(super) used: BTreeSet<String>,
}

impl<'a> Schemas<'a> {
    pub(super) fn of(document: &'a Value) -> Self {
        Self { document, used: BTreeSet::new() }
    }

    pub(super) fn names(&self) -> BTreeSet<String> {
        self.document["components"]["schemas"].as_object().unwrap().keys().cloned().collect()
    }

    /// Fails where `value` is not what `schema` says, or has what it does not speak of.
    pub(super) fn check(&mut self, schema: &Value, value: &Value, at: &str) {
        let rules = schema.as_object().unwrap_or_else(|| panic!("{at}: no schema {schema}"));
        for (rule, wanted) in rules {
            match rule.as_str() {
                "$ref" => {
                    let name = wanted.as_str().unwrap().strip_prefix("#/components/schemas/");
                    let name = name.unwrap_or_else(|| panic!("{at}: {wanted}"));
                    self.used.insert(name.to_owned());
                    let schema = &self.document["components"]["schemas"][name];
                    self.check(schema, value, &format!("{at} ({name})"));
                }
                "type" => assert!(is_of(wanted, value), "{at}: {value} is no {wanted}"),
                "enum" => assert!(wanted.as_array().unwrap().contains(value), "{at}: {value}"),
                "minimum" => assert!(value.as_f64() >= wanted.as_f64(), "{at}: {value}"),
                "items" => {
                    for (place, item) in value.as_array().unwrap().iter().enumerate() {
                        self.check(wanted, item, &format!("{at}[{place}]"));
                    }
                }
                "required" => {
                    for name in wanted.as_array().unwrap() {
                        let name = name.as_str().unwrap();
                        assert!(value.get(name).is_some(), "{at}: there is no {name} in {value}");
                    }
                }
                "properties" => {
                    for (name, value) in value.as_object().unwrap() {
                        let schema = &wanted[name];
                        self.check(schema, value, &format!("{at}.{name}"));
                    }
                }
                // What no schema speaks of has failed above.
                "additionalProperties" if *wanted == false => {}
                "additionalProperties" => {
                    for (name, value) in value.as_object().unwrap() {
                        self.check(wanted, value, &format!("{at}.{name}"));
                    }
                }
                "propertyNames" => assert_eq!(wanted["type"], "string", "{at}"),
                "description" | "example" | "format" => {}
                unknown => panic!("{at}: this check knows nothing of `{unknown}`"),
            }
        }
    }
}

fn is_of(kind: &Value, value: &Value) -> bool {
    match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_u64() || value.is_i64(),
        _ => panic!("this check knows nothing of the type {kind}"),
    }
}
