using System.Text.Json.Nodes;
using UserStore;
using UserStore.Schema;

namespace UserService;

/// <summary>Prints the IAM policies of the service's roles: <c>policy --account 123456789012 --region eu-central-1</c>.</summary>
public static class PolicyCommand
{
    private const string Usage =
        "policy --account <12 digits> --region <region> [--partition aws|aws-cn|aws-us-gov] [--prefix <table name prefix>] "
            + "[--role ReadOnly|ReadWrite|Migrations]";

    private static readonly UserStoreRole[] Roles = [UserStoreRole.ReadOnly, UserStoreRole.ReadWrite, UserStoreRole.Migrations];

    /// <returns>The exit code; null if the arguments are not a policy command.</returns>
    public static int? TryRun(string[] args, TextWriter output, TextWriter error)
    {
        if (args is not ["policy", .. string[] rest])
            return null;
        try
        {
            output.WriteLine(Write(Read(rest)));
            return 0;
        }
        catch (ArgumentException wrong)
        {
            error.WriteLine(wrong.Message);
            error.WriteLine($"Usage: {Usage}");
            return 2;
        }
    }

    private static Dictionary<string, string> Read(string[] args)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string[] pair in args.Chunk(2))
        {
            if (pair is not [("--account" or "--region" or "--partition" or "--prefix" or "--role") and var name, var value] || !values.TryAdd(name, value))
                throw new ArgumentException($"'{string.Join(' ', pair)}' is unknown, lacks its value, or is given twice.");
        }

        return values;
    }

    private static string Write(Dictionary<string, string> values)
    {
        var schema = UserStoreSchema.For<User>(new UserStoreOptions { TableNamePrefix = values.GetValueOrDefault("--prefix", "") });
        var options = new UserStorePolicyOptions
        {
            AccountId = values.GetValueOrDefault("--account", ""),
            Region = values.GetValueOrDefault("--region", ""),
            Partition = values.GetValueOrDefault("--partition", "aws"),
            Migrations = schema.MigrationTables(),
        };
        if (values.TryGetValue("--role", out string? name))
        {
            return Enum.TryParse(name, out UserStoreRole role) && Roles.Contains(role)
                ? UserStorePolicy.Create(schema, role, options)
                : throw new ArgumentException($"The role is '{name}', but must be one of {string.Join(", ", Roles)}.");
        }

        return new JsonObject(Roles.Select(
            each => KeyValuePair.Create(each.ToString(), JsonNode.Parse(UserStorePolicy.Create(schema, each, options)))))
            .ToJsonString(new() { WriteIndented = true });
    }
}
