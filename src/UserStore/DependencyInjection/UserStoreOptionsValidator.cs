using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;

namespace UserStore.DependencyInjection;

/// <summary>Validates the options of one user type. Each message contains the actual value and the allowed ones.</summary>
internal sealed class UserStoreOptionsValidator<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>
    : IValidateOptions<UserStoreOptions>
    where TUser : class
{
    // Of a table, by default; Amazon DynamoDB Developer Guide, "Quotas".
    private const int MaxCapacityUnits = 40_000;

    private const int TokenKeyLength = 32; // AES-256

    public ValidateOptionsResult Validate(string? name, UserStoreOptions options)
    {
        if (name != UserStoreOptions.NameFor(typeof(TUser)))
            return ValidateOptionsResult.Skip;

        string[] failures;
        try
        {
            failures = [.. Failures(options)];
        }
        catch (InvalidOperationException invalidType)
        {
            failures = [invalidType.Message];
        }

        return failures.Length == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(failures.Select(failure => $"UserStoreOptions for {name}: {failure}"));
    }

    private static IEnumerable<string> Failures(UserStoreOptions options)
    {
        (string? url, string source) = DynamoDbClients.FindServiceUrl(options);
        if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"))
            yield return $"{source} is '{url}', but must be an absolute http or https address.";

        if (options.Region is { } region && !ResourceName.IsRegion(region))
            yield return $"Region is '{region}', but must be the name of an AWS region, such as 'eu-central-1'.";

        if (options.TableNamePrefix is null)
        {
            yield return "TableNamePrefix is null, but must be a string; it can be empty.";
        }
        else
        {
            var schema = new StoreSchema(UserModel.For<TUser>(options), options);
            foreach (string failure in TableFailures(schema))
                yield return failure;
            if (UserEncryption.ViolatedRule(schema.Model, options) is { } missing)
                yield return missing;
        }

        foreach (string failure in IndexFailures(options).Concat(options.Retry.Validate()).Concat(options.Privacy.Validate()))
            yield return failure;
        if (options.NormalizeEmail is null)
            yield return "NormalizeEmail is null, but must be a function.";
        foreach (string failure in NormalizerFailures(options))
            yield return failure;
        if (options.BookkeepingPrefix is null)
            yield return "BookkeepingPrefix is null, but must be a string; it can be empty.";
        if (options.TokenKeys.Any(key => key is not { Length: TokenKeyLength }))
            yield return $"TokenKeys has a key that is null or has another length than {TokenKeyLength} bytes.";
        if (!Enum.IsDefined(options.Mapping))
            yield return $"Mapping is '{options.Mapping}', but must be one of {string.Join(", ", Enum.GetNames<UserMapping>())}.";
        if (!Enum.IsDefined(options.UnreadableUsers))
        {
            yield return $"UnreadableUsers is '{options.UnreadableUsers}', but must be one of "
                + $"{string.Join(", ", Enum.GetNames<UnreadableUsers>())}.";
        }

        if (!Enum.IsDefined(options.BillingMode))
            yield return $"BillingMode is '{options.BillingMode}', but must be one of {string.Join(", ", Enum.GetNames<TableBillingMode>())}.";
        if (options.ReadCapacityUnits is < 1 or > MaxCapacityUnits)
            yield return $"ReadCapacityUnits is {options.ReadCapacityUnits}, but must be between 1 and {MaxCapacityUnits}.";
        if (options.WriteCapacityUnits is < 1 or > MaxCapacityUnits)
            yield return $"WriteCapacityUnits is {options.WriteCapacityUnits}, but must be between 1 and {MaxCapacityUnits}.";
        if (!Enum.IsDefined(options.StreamViewType))
            yield return $"StreamViewType is '{options.StreamViewType}', but must be one of {string.Join(", ", Enum.GetNames<TableStreamViewType>())}.";
        foreach (string failure in TableSettingsRules.Failures(options))
            yield return failure;
        if (options.TableCreationTimeout < TimeSpan.FromSeconds(1) || options.TableCreationTimeout > TimeSpan.FromDays(1))
            yield return $"TableCreationTimeout is {options.TableCreationTimeout}, but must be between 1 second and 1 day.";
    }

    private static IEnumerable<string> TableFailures(StoreSchema schema)
    {
        (string Property, TableSchema? Table)[] tables =
        [
            ("UsersTable", schema.Users), ("ReservationsTable", schema.Reservations), ("Privacy.TombstonesTable", schema.Tombstones),
            ("Privacy.DataKeysTable", schema.DataKeys),
        ];
        foreach ((string property, TableSchema? table) in tables)
        {
            if (table is not null && !ResourceName.IsValid(table.TableName))
                yield return $"TableNamePrefix and {property} make the table name '{table.TableName}', but it must have {ResourceName.Rule}.";
        }

        foreach (var same in tables.Where(table => table.Table is not null).GroupBy(table => table.Table!.TableName).Where(same => same.Count() > 1))
        {
            string properties = string.Join(" and ", same.Select(table => table.Property));
            yield return $"{properties} both make the table name '{same.Key}', but each table needs a name of its own.";
        }
    }

    private static IEnumerable<string> NormalizerFailures(UserStoreOptions options)
    {
        UserModel model = UserModel.For<TUser>(options);
        foreach ((string name, Func<string, string>? normalize) in options.Normalizers)
        {
            if (model.UniqueValues.All(unique => unique.Name != name))
                yield return $"Normalizers has '{name}', but {model.UserType.Name} declares no unique value with that name.";
            if (normalize is null)
                yield return $"Normalizers['{name}'] is null, but must be a function.";
        }
    }

    private static IEnumerable<string> IndexFailures(UserStoreOptions options)
    {
        UserModel model = UserModel.For<TUser>(options);
        string declared = string.Join(", ", model.Indexes.Keys.Order(StringComparer.Ordinal));
        foreach ((string index, string name) in options.IndexNames)
        {
            if (!model.Indexes.ContainsKey(index))
                yield return $"IndexNames has '{index}', but {model.UserType.Name} declares only {declared}.";
            if (!ResourceName.IsValid(name))
                yield return $"IndexNames['{index}'] is '{name}', but must have {ResourceName.Rule}.";
        }

        foreach (string index in model.Indexes.Keys.Where(index => !options.IndexNames.ContainsKey(index) && !ResourceName.IsValid(index)))
        {
            yield return $"{model.UserType.Name} declares the index '{index}', but its name in the table must have {ResourceName.Rule}. "
                + $"Set IndexNames['{index}'], or correct the attribute.";
        }

        IEnumerable<IGrouping<string, string>> sameNames = model.Indexes.Keys
            .GroupBy(index => options.IndexNames.TryGetValue(index, out string? name) ? name : index, StringComparer.Ordinal)
            .Where(group => group.Count() > 1);
        foreach (IGrouping<string, string> twice in sameNames)
            yield return $"IndexNames gives {string.Join(" and ", twice)} the same name '{twice.Key}', but every index needs a name of its own.";
    }
}
