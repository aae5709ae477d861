namespace UserStore.Analyzers.Tests;

/// <summary>A fix changes the declaration so that nothing is reported, and nothing else; all at once as well.</summary>
public sealed class CodeFixTests
{
    private const string Version = "Make the version a long?";
    private const string Ignore = "Add [DynamoDBIgnore]";
    private const string Property = "Make the field a property";
    private const string Setter = "Add a setter";
    private const string Remove = "Remove the attribute";
    private const string Epoch = "Store the expiry as epoch seconds";
    private const string Default = "Remove the default";

    public static TheoryData<string, string, string> Members => new()
    {
        { Version, "[DynamoDBVersion]\n    public int Version { get; set; }", "[DynamoDBVersion]\n    public long? Version { get; set; }" },
        {
            Version, "[DynamoDBVersion]\n    public required short? Version { get; init; }",
            "[DynamoDBVersion]\n    public required long? Version { get; init; }"
        },
        {
            Ignore, "/// <summary>The revision.</summary>\n    [Revision]\n    public string? ETag { get; set; }",
            "/// <summary>The revision.</summary>\n    [Revision]\n    [DynamoDBIgnore]\n    public string? ETag { get; set; }"
        },
        {
            Ignore, "/// <summary>The name.</summary>\n    public string? Name;",
            "/// <summary>The name.</summary>\n    [DynamoDBIgnore]\n    public string? Name;"
        },
        { Property, "// the name\n    public string? Name; // of it", "// the name\n    public string? Name { get; set; } // of it" },
        { Property, "public readonly string Name = \"\";", "public string Name { get; init; } = \"\";" },
        {
            Setter, "[DynamoDBProperty(\"tags\")]\n    public List<string> Tags { get; } = [];",
            "[DynamoDBProperty(\"tags\")]\n    public List<string> Tags { get; set; } = [];"
        },
        { Remove, "[DynamoDBAtomicCounter]\n    public long? Count { get; set; }", "public long? Count { get; set; }" },
        {
            Remove, "/// <summary>The count.</summary>\n    [Obsolete, DynamoDBAtomicCounter]\n    public long? Count { get; set; }",
            "/// <summary>The count.</summary>\n    [Obsolete]\n    public long? Count { get; set; }"
        },
        {
            Remove, "[DynamoDBProperty(\"at\", StoreAsEpoch = true)]\n    public DateTimeOffset At { get; set; }",
            "[DynamoDBProperty(\"at\")]\n    public DateTimeOffset At { get; set; }"
        },
        { Remove, "[DynamoDBProperty(true)]\n    public long At { get; set; }", "[DynamoDBProperty]\n    public long At { get; set; }" },
        {
            Remove, "public Part? Home { get; set; }\n\n    public class Part\n    {\n        [Unique(\"n\")]\n        public string? Of { get; set; }\n    }",
            "public Part? Home { get; set; }\n\n    public class Part\n    {\n        public string? Of { get; set; }\n    }"
        },
        {
            Epoch, "[ExpiresAt]\n    public DateTimeOffset? Expires { get; set; }",
            "[ExpiresAt]\n    [DynamoDBProperty(typeof(EpochSecondsConverter))]\n    public DateTimeOffset? Expires { get; set; }"
        },
        {
            Epoch, "[ExpiresAt, DynamoDBProperty(\"ttl\")]\n    public DateTimeOffset Expires { get; set; }",
            "[ExpiresAt, DynamoDBProperty(\"ttl\", typeof(EpochSecondsConverter))]\n    public DateTimeOffset Expires { get; set; }"
        },
        {
            Default, "[Unique(\"h\")]\n    public string Handle { get; set; } = \"\"; // any",
            "[Unique(\"h\")]\n    public string? Handle { get; set; } // any"
        },
    };

    [Theory]
    [MemberData(nameof(Members))]
    public async Task A_member_is_fixed(string title, string before, string after)
    {
        using var run = new FixRun(Type("Customer", before));

        (await run.ApplyAsync(title)).Should().Be(Type("Customer", after));
        (await Analysis.DiagnosticsOfAsync(Type("Customer", after))).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Members))]
    public async Task All_members_are_fixed_at_once(string title, string before, string after)
    {
        using var run = new FixRun(Type("Customer", before) + Type("Member", before));

        (await run.ApplyToAllAsync(title)).Should().Be(Type("Customer", after) + Type("Member", after));
    }

    [Fact]
    public async Task A_record_has_properties_that_are_set_once()
    {
        using var run = new FixRun("sealed record Customer : User { [DynamoDBProperty(\"t\")] public string? Tag { get; } }");

        (await run.ApplyAsync(Setter)).Should().Be("sealed record Customer : User { [DynamoDBProperty(\"t\")] public string? Tag { get; init; } }");
    }

    [Fact]
    public async Task A_parameter_of_a_record_is_fixed()
    {
        using var run = new FixRun("public record Customer([property: ExpiresAt] DateTimeOffset? Expires) : User;");

        (await run.ApplyAsync(Epoch)).Should().Be(
            "public record Customer([property: ExpiresAt][property: DynamoDBProperty(typeof(EpochSecondsConverter))] DateTimeOffset? Expires) : User;");
    }

    [Fact]
    public async Task A_setting_of_the_table_is_removed()
    {
        using var run = new FixRun("[DynamoDBTable(\"c\", Conversion = ConversionSchema.V1)]\npublic record Customer : User;\n");

        (await run.ApplyAsync(Remove)).Should().Be("[DynamoDBTable(\"c\")]\npublic record Customer : User;\n");
    }

    [Theory]
    [InlineData("[DynamoDBVersion] public string? Version { get; set; }")]
    [InlineData("[ExpiresAt] public string? Expires { get; set; }")]
    [InlineData("[DynamoDBProperty] public string? Tag => null;")]
    [InlineData("[Unique(\"t\"), DynamoDBIgnore] public string? Tag { get; set; }")]
    public async Task What_has_no_obvious_remedy_has_no_fix(string member)
    {
        using var run = new FixRun(Type("Customer", member));

        (await run.TitlesAsync()).Should().BeEmpty();
    }

    private static string Type(string name, string member) => $$"""
        [DynamoDBTable("Things")]
        public sealed class {{name}}
        {
            [DynamoDBHashKey]
            [GeneratedKey]
            public string? Id { get; set; }

            {{member}}
        }

        """;
}
