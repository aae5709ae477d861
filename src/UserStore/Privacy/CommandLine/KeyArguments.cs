using UserStore.CommandLine;
using UserStore.Modeling;

namespace UserStore.Privacy.CommandLine;

/// <summary>Reads the keys of users from the arguments of a command, where each part of a key is an argument, or from lines, where a tab separates the
/// parts.</summary>
internal sealed class KeyArguments(KeyModel model)
{
    /// <exception cref="CommandUsageException">The arguments are not one valid key.</exception>
    public UserKey ReadOne(CommandInvocation invocation)
    {
        IReadOnlyList<string> parts = invocation.Arguments;
        return parts.Count > model.Parts.Count
            ? throw new CommandUsageException($"Unexpected argument '{parts[model.Parts.Count]}'.", invocation.Command)
            : ToKey([.. parts], "", invocation.Command);
    }

    /// <exception cref="CommandUsageException">An argument or line is not a valid key.</exception>
    /// <exception cref="CommandFailedException">Standard input has no key.</exception>
    public async Task<IReadOnlyList<UserKey>> ReadAsync(CommandInvocation invocation, TextReader input, CancellationToken cancellationToken)
    {
        if (invocation.Arguments is not [CommandFiles.StandardInput])
            return [.. invocation.Arguments.Chunk(model.Parts.Count).Select(parts => ToKey(parts, "", invocation.Command))];

        List<UserKey> keys = [];
        await foreach ((int number, string line) in CommandFiles.ReadLinesAsync(input, cancellationToken).ConfigureAwait(false))
            keys.Add(ToKey(line.Split('\t'), $"Line {number}: ", invocation.Command));
        return keys.Count == 0 ? throw new CommandFailedException("NoKeys", "Standard input has no key, so no user was erased.") : keys;
    }

    private UserKey ToKey(string[] texts, string place, Command? command)
    {
        if (texts.Length != model.Parts.Count)
        {
            string count = model.Parts.Count == 1 ? "1 part" : $"{model.Parts.Count} parts";
            throw new CommandUsageException(
                $"{place}A key has {count}, {string.Join(" and ", model.Parts.Select(part => part.Name))}, not {texts.Length}.", command);
        }

        // A string in place of another type violates the rule of that type.
        UserKeyPart[] parts = [.. texts.Zip(model.Parts, (text, part) => part.Parse(text) ?? text)];
        UserKey key = parts is [var whole] ? UserKey.Of(whole) : UserKey.Of(parts[0], parts[1]);
        List<UserRuleViolation> violations = [];
        model.AddViolations(key, violations);
        return violations is [var first, ..]
            ? throw new CommandUsageException($"{place}'{key}' is not a valid key: {first.Field} {first.Rule}.", command)
            : key;
    }
}
