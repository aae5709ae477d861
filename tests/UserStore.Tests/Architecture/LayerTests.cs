using Amazon.DynamoDBv2.DataModel;

namespace UserStore.Tests.Architecture;

/// <summary>Folders are rooms, and what a room needs lies in lower ones.</summary>
public sealed class LayerTests
{
    // From the bottom up; folders of one row do not use each other. A face lies below its parts where they use its options and results.
    private static readonly string[][] Layers =
    [
        [""], // the vocabulary
        ["Batching", "Modeling", "Paging"],
        ["DynamoDb/Tables", "Preparation"],
        ["DynamoDb/Items", "DynamoDb/Sending"],
        ["DynamoDb/Provisioning", "DynamoDb/Users"],
        ["DynamoDb/Reading", "DynamoDb/Reservations"],
        ["DynamoDb/Writing"],
        ["DynamoDb/Auditing"],
        ["DynamoDb"],
        ["Migrations", "Replication"],
        ["Migrations/Journaling", "Migrations/Planning", "Replication/Targets"],
        ["Migrations/Running", "Replication/Comparing"],
        ["Migrations/Backfilling"],
        ["Migrations/BuiltIn"],
        ["Health", "Schema"],
        ["DependencyInjection"],
    ];

    private static readonly TypeGraph Graph = new(typeof(User).Assembly);

    [Fact]
    public void Every_folder_has_its_layer()
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

    // A public type in the parent folder, and what it is made of in the child.
    private static bool IsFaceOfItsOwnChild(string user, string used)
        => used.LastIndexOf('/') is var at && (at < 0 ? "" : used[..at]) == user;

    private static int LayerOf(string folder) => Array.FindIndex(Layers, layer => layer.Contains(folder));
}
