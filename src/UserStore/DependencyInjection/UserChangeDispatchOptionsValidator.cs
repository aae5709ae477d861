using Microsoft.Extensions.Options;
using UserStore.Replication;

namespace UserStore.DependencyInjection;

/// <summary>Validates the options of dispatchers.</summary>
internal sealed class UserChangeDispatchOptionsValidator : IValidateOptions<UserChangeDispatchOptions>
{
    public ValidateOptionsResult Validate(string? name, UserChangeDispatchOptions options)
    {
        string[] problems = [.. options.Validate()];
        return problems.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(problems.Select(problem => $"UserChangeDispatchOptions for {name}: {problem}"));
    }
}
