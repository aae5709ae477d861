using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using UserStore;
using UserStore.Schema;

namespace UserService;

/// <summary>Prints the IAM policies of the service's roles: <c>policy --account 123456789012 --region eu-central-1</c>.</summary>
public static class PolicyCommand
{
    private const string Usage =
        "policy --account <12 digits> --region <region> [--partition aws|aws-cn|aws-us-gov] [--prefix <table name prefix>] "
            + "[--role ReadOnly|ReadWrite|Migrations|Privacy]";

    private static readonly UserStoreRole[] Roles =
        [UserStoreRole.ReadOnly, UserStoreRole.ReadWrite, UserStoreRole.Migrations, UserStoreRole.Privacy];

    /// <returns>The exit code; null if the arguments are not a policy command.</returns>
    /// <param name="args">The arguments of the program.</param>
    /// <param name="settings">The settings of the service, whose options of the store determine the tables and actions.</param>
    /// <param name="output">Receives the policies.</param>
    /// <param name="error">Receives what is wrong.</param>
    public static int? TryRun(string[] args, IConfiguration settings, TextWriter output, TextWriter error)
    {
        if (args is not ["policy", .. string[] rest])
            return null;
        try
        {
            output.WriteLine(Write(Read(rest), settings.GetSection("UserStore")));
            return 0;
        }
        catch (Exception wrong) when (wrong is ArgumentException || SettingException.ReasonOf(wrong) is not null)
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

    private static string Write(Dictionary<string, string> values, IConfigurationSection settings)
    {
        var services = new ServiceCollection();
        Storage.AddStore(services, settings, options => options.TableNamePrefix = values.GetValueOrDefault("--prefix", options.TableNamePrefix));
        using ServiceProvider provider = services.BuildServiceProvider();
        var schema = UserStoreSchema.For<User>(provider.GetRequiredService<IOptionsMonitor<UserStoreOptions>>().Get(typeof(User).FullName));
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
