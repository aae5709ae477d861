using Amazon.DynamoDBv2.DataModel;

namespace UserStore.Tests.Architecture;

/// <summary>Every folder belongs to a layer, and a type uses only types of its own folder and of lower layers.</summary>
public sealed class LayerTests
{
    // From the bottom up. Folders of one row do not use each other. A parent folder is below its children when they use its options and results.
    private static readonly string[][] Layers =
    [
        [""], // the domain types
        ["Declarations"],
        ["Batching", "CommandLine", "Modeling", "Paging"],
        ["DynamoDb/Tables", "Preparation"],
        ["DynamoDb/Items"],
        ["Mapping"],
        ["DynamoDb/Expressions"],
        ["DynamoDb/Sending"],
        ["DynamoDb/Encryption", "DynamoDb/Provisioning", "DynamoDb/Tombstones"],
        ["DynamoDb/Users"],
        ["DynamoDb/Users/Generated"],
        ["DynamoDb/Reading", "DynamoDb/Reservations"],
        ["DynamoDb/Writing"],
        ["DynamoDb/Auditing"],
        ["DynamoDb"],
        ["Migrations", "Replication"],
        ["Migrations/Journaling", "Migrations/Planning", "Replication/Targets"],
        ["Migrations/Running", "Replication/Writing"],
        ["Migrations/Backfilling", "Replication/Comparing"],
        ["Migrations/BuiltIn", "Migrations/CommandLine"],
        ["Privacy"],
        ["Privacy/CommandLine", "Privacy/Places"],
        ["Health", "Schema"],
        ["DependencyInjection"],
    ];

    private static readonly TypeGraph Graph = new(typeof(User).Assembly);

    [Fact]
    public void Every_folder_belongs_to_a_layer()
        => Graph.Folders.Should().BeEquivalentTo(Layers.SelectMany(layer => layer));

    [Fact]
    public void No_type_uses_a_type_of_a_higher_layer()
        => Graph.Arrows().Where(arrow => LayerOf(arrow.UsedFolder) >= LayerOf(arrow.UserFolder) && !IsFaceOfItsOwnChild(arrow.UserFolder, arrow.UsedFolder))
            .Select(arrow => $"{arrow.UserFolder}/{arrow.User.Name} -> {arrow.UsedFolder}/{arrow.Used.Name}").Distinct().Should().BeEmpty();

    // The attributes of users name them; everything else that the vocabulary used would be needed by all folders.
    [Fact]
    public void The_vocabulary_uses_nothing_but_converters()
        => Graph.Arrows().Where(arrow => arrow.UserFolder.Length == 0 && !arrow.Used.IsAssignableTo(typeof(IPropertyConverter)))
            .Select(arrow => $"{arrow.User.Name} -> {arrow.UsedFolder}/{arrow.Used.Name}").Distinct().Should().BeEmpty();

    // A public type in the parent folder and its parts in the child folder.
    private static bool IsFaceOfItsOwnChild(string user, string used)
        => used.LastIndexOf('/') is var at && (at < 0 ? "" : used[..at]) == user;

    private static int LayerOf(string folder) => Array.FindIndex(Layers, layer => layer.Contains(folder));
}
