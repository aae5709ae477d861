using Microsoft.Extensions.Options;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations;

namespace UserStore.DependencyInjection;

/// <summary>Validates the options of the migrations of one store. Each message contains the actual value and the allowed ones.</summary>
internal sealed class MigrationOptionsValidator(string name, IOptionsMonitor<UserStoreOptions> stores) : IValidateOptions<MigrationOptions>
{
    private const int MaxLockIdLength = 200;

    public ValidateOptionsResult Validate(string? optionsName, MigrationOptions options)
    {
        if (optionsName != name)
            return ValidateOptionsResult.Skip;

        string[] failures = [.. Failures(options, stores.Get(name).TableNamePrefix)];
        return failures.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(failures.Select(failure => $"MigrationOptions for {name}: {failure}"));
    }

    private static IEnumerable<string> Failures(MigrationOptions options, string prefix)
    {
        foreach ((string property, string table) in new[] { ("JournalTable", options.JournalTable), ("LockTable", options.LockTable) })
        {
            if (string.IsNullOrEmpty(table) || !ResourceName.IsValid(prefix + table))
                yield return $"TableNamePrefix and {property} make the table name '{prefix}{table}', but it must have {ResourceName.Rule}.";
        }

        if (options.JournalTable == options.LockTable)
            yield return $"JournalTable and LockTable are both '{options.LockTable}', but each table needs a name of its own.";
        if (options.LockId is not { Length: >= 1 and <= MaxLockIdLength } || !ResourceName.HasAllowedCharacters(options.LockId))
            yield return $"LockId is '{options.LockId}', but must have 1 to {MaxLockIdLength} letters, digits, '_', '.' and '-'.";
        foreach ((string property, TimeSpan value, TimeSpan min, TimeSpan max) in new[]
        {
            ("Lease", options.Lease, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            ("LockTimeout", options.LockTimeout, TimeSpan.Zero, TimeSpan.FromDays(1)),
            ("TableTimeout", options.TableTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
        })
        {
            if (value < min || value > max)
                yield return $"{property} is {value}, but must be between {min} and {max}.";
        }

        foreach ((string property, Enum value) in new (string, Enum)[]
        {
            ("LockConflictBehavior", options.LockConflictBehavior),
            ("OutOfOrder", options.OutOfOrder),
            ("Missing", options.Missing),
            ("OnStart", options.OnStart),
        })
        {
            if (!Enum.IsDefined(value.GetType(), value))
                yield return $"{property} is '{value}', but must be one of {string.Join(", ", Enum.GetNames(value.GetType()))}.";
        }
    }
}
