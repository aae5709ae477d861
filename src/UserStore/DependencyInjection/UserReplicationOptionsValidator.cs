using Microsoft.Extensions.Options;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;
using UserStore.Replication;
using UserStore.Replication.Targets;

namespace UserStore.DependencyInjection;

/// <summary>Validates the options of one replication.</summary>
internal sealed class UserReplicationOptionsValidator(string name, StoreSchema source, ViewModel view) : IValidateOptions<UserReplicationOptions>
{
    public ValidateOptionsResult Validate(string? optionsName, UserReplicationOptions options)
    {
        if (optionsName != name)
            return ValidateOptionsResult.Skip;

        string[] problems =
        [
            .. ReplicationSchema.Validate(source, view, options),
            .. view.Indexes.Keys.Where(index => !ResourceName.IsValid(index)).Select(index =>
                $"{view.Type.Name} declares the index '{index}', but its name must have {ResourceName.Rule}. Correct the attribute."),
        ];
        return problems.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(problems.Select(problem => $"UserReplicationOptions for {name}: {problem}"));
    }
}
