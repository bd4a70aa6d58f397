//! The shape of a plan and of a state: where in the document the resources, the changes and the configuration are.

use std::io::Read;

use super::config::{Call, Config, Module, RawProvider, RawResource, Texts, arguments_of, names_of};
use crate::fault::Fault;
use crate::scan::Scanner;

/// A resource that the walk has come to.
pub(crate) struct Found<'a> {
    /// Where it is: `#/planned_values/root_module/resources/3`.
    pub(crate) pointer: &'a str,
}

type Each<'f, R> = &'f mut dyn FnMut(&mut Scanner<R>, &Found<'_>) -> Result<(), Fault>;

/// Reads a text into a place; what is no text is passed over.
pub(crate) fn text<R: Read>(scanner: &mut Scanner<R>, into: &mut String) -> Result<(), Fault> {
    if let Ok(text) = scanner.parse::<String>()? {
        *into = text;
    }
    Ok(())
}

/// Walks `planned_values` or `values`.
pub(crate) fn values<R: Read>(scanner: &mut Scanner<R>, pointer: &str, each: Each<'_, R>) -> Result<(), Fault> {
    scanner.object(|key, scanner| match key {
        "root_module" => module(scanner, &format!("{pointer}/root_module"), each),
        _ => scanner.skip(),
    })
}

/// Walks a module and those inside it; how deep is bounded by the scanner's own bound on nesting.
fn module<R: Read>(scanner: &mut Scanner<R>, pointer: &str, each: Each<'_, R>) -> Result<(), Fault> {
    scanner.object(|key, scanner| match key {
        "resources" => scanner.array(|index, scanner| {
            let pointer = format!("{pointer}/resources/{index}");
            each(scanner, &Found { pointer: &pointer })
        }),
        "child_modules" => {
            scanner.array(|index, scanner| module(scanner, &format!("{pointer}/child_modules/{index}"), each))
        }
        _ => scanner.skip(),
    })
}

/// Walks the resources of `prior_state`.
pub(crate) fn prior<R: Read>(
    scanner: &mut Scanner<R>,
    each: &mut dyn FnMut(&mut Scanner<R>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    scanner.object(|key, scanner| match key {
        "values" => values(scanner, "", &mut |scanner, _| each(scanner)),
        _ => scanner.skip(),
    })
}

/// Walks `configuration`.
pub(crate) fn configuration<R: Read>(
    scanner: &mut Scanner<R>,
    texts: &mut Texts,
    config: &mut Config,
) -> Result<(), Fault> {
    scanner.object(|key, scanner| match key {
        "provider_config" => scanner.object(|name, scanner| {
            if let Ok(provider) = scanner.parse::<RawProvider>()? {
                config.providers.insert(name.to_owned(), provider.keep());
            }
            Ok(())
        }),
        "root_module" => config_module(scanner, texts, &mut config.root),
        _ => scanner.skip(),
    })
}

fn config_module<R: Read>(scanner: &mut Scanner<R>, texts: &mut Texts, into: &mut Module) -> Result<(), Fault> {
    scanner.object(|key, scanner| match key {
        "resources" => scanner.array(|_, scanner| {
            if let Some((key, resource)) = scanner.parse::<RawResource>()?.ok().and_then(|raw| raw.keep(texts)) {
                into.resources.insert(key, resource);
            }
            Ok(())
        }),
        "module_calls" => scanner.object(|name, scanner| {
            let mut call = Call::default();
            config_call(scanner, texts, &mut call)?;
            into.calls.insert(name.into(), call);
            Ok(())
        }),
        "outputs" => scanner.object(|name, scanner| {
            if let Ok(output) = scanner.parse::<serde_json::Value>()? {
                let names = output.get("expression").map(|expression| names_of(expression, texts));
                into.outputs.insert(name.into(), names.unwrap_or_default());
            }
            Ok(())
        }),
        _ => scanner.skip(),
    })
}

fn config_call<R: Read>(scanner: &mut Scanner<R>, texts: &mut Texts, call: &mut Call) -> Result<(), Fault> {
    scanner.object(|key, scanner| match key {
        "expressions" => {
            if let Ok(expressions) = scanner.parse::<serde_json::Value>()? {
                call.arguments = arguments_of(&expressions, texts);
            }
            Ok(())
        }
        "for_each_expression" => {
            if let Ok(expression) = scanner.parse::<serde_json::Value>()? {
                call.for_each = names_of(&expression, texts);
            }
            Ok(())
        }
        "module" => config_module(scanner, texts, &mut call.module),
        _ => scanner.skip(),
    })
}
