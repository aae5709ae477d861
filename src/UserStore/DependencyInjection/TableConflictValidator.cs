using Microsoft.Extensions.Options;

namespace UserStore.DependencyInjection;

/// <summary>Rejects options that name a table which another store, its migrations or a replication uses.</summary>
internal sealed class TableConflictValidator<TOptions>(StoreRegistry registry, IServiceProvider provider) : IValidateOptions<TOptions>
    where TOptions : class
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        string[] conflicts = [.. registry.FindConflicts(provider, name, options)];
        return conflicts.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(conflicts.Select(conflict => $"{typeof(TOptions).Name} for {name}: {conflict}"));
    }
}
