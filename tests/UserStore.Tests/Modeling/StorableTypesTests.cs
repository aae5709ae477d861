using System.Collections.Immutable;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;
using Amazon.Runtime;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;

namespace UserStore.Tests.Modeling;

/// <summary>The accepted types are those that the context of the SDK stores and reads back without loss.</summary>
public sealed class StorableTypesTests
{
    [Fact]
    public void Accepted_types_round_trip_through_the_SDK_context()
    {
        Survives<IReadOnlyList<string>>(["a", "a"]);
        Survives<IReadOnlyCollection<string>>(["a"]);
        Survives<IEnumerable<string>>(["a"]);
        Survives<ValueList<string>>(["a"]);
        Survives<List<List<int>>>([[1], []]);
        Survives(new SortedSet<string> { "a" });
        Survives<HashSet<Kind>>([Kind.B]);
        Survives<HashSet<Guid>>([Guid.Empty]);
        Survives<List<Kind?>>([Kind.B]);
        Survives<List<byte[]>>([[1]]);
        Survives(new Dictionary<string, List<int>> { ["a"] = [1] });
        Survives(new SortedDictionary<string, int> { ["a"] = 1 });
        Survives(new DateOnly(2026, 1, 2));
        Survives(new TimeOnly(3, 4));
        Survives<Kind?>(Kind.B);
        Survives(new Part { Text = "a", Kind = Kind.B, At = DateTimeOffset.UnixEpoch, Texts = ["n"], Next = new Part() });
        Survives<Part[]>([new Part { Text = "a" }]);
        Survives(new Positional(1, "a"));
        Survives(new Value { Number = 2 });
    }

    [Fact]
    public void Types_that_the_SDK_context_cannot_store_are_rejected_by_name()
    {
        ShouldBeRejected<object>();
        ShouldBeRejected<Uri>();
        ShouldBeRejected<TimeSpan>();
        ShouldBeRejected<TimeSpan?>();
        ShouldBeRejected<Half>();
        ShouldBeRejected<IList<int>>();
        ShouldBeRejected<IEnumerable<int>>();
        ShouldBeRejected<ISet<string>>();
        ShouldBeRejected<IDictionary<string, int>>();
        ShouldBeRejected<Queue<int>>();
        ShouldBeRejected<LinkedList<int>>();
        ShouldBeRejected<ImmutableList<int>>();
        ShouldBeRejected<ImmutableArray<int>>();
        ShouldBeRejected<List<DateTimeOffset>>();
        ShouldBeRejected<Dictionary<int, string>>();
        ShouldBeRejected<(int, string)>();
        ShouldBeRejected<AbstractPart>();
        ShouldBeRejected<PartWithObject>();
        ShouldBeRejected<List<PartWithObject>>();
    }

    private static void Survives<T>(T value)
    {
        UserModel model = UserModel.For<Holder<T>>(new UserStoreOptions());
        using var client = new AmazonDynamoDBClient(new AnonymousAWSCredentials(), Amazon.RegionEndpoint.USEast1);
        using DynamoDBContext context = UserContext.Create(client, new StoreSchema(model, new UserStoreOptions()));

        var item = context.ToDocument(new Holder<T> { UserId = "fake-1", Value = value }).ToAttributeMap(DynamoDBEntryConversion.V2);
        Holder<T> back = context.FromDocument<Holder<T>>(Document.FromAttributeMap(item));

        back.Value.Should().BeEquivalentTo(value, typeof(T).ToString());
    }

    private static void ShouldBeRejected<T>()
    {
        Action read = () => UserModel.For<Holder<T>>(new UserStoreOptions());

        read.Should().Throw<InvalidOperationException>(typeof(T).ToString()).WithMessage("*property Value*converter*");
    }

    public record Holder<T> : User
    {
        public T? Value { get; init; }
    }

    public enum Kind
    {
        A,
        B,
    }

    public record Part
    {
        public string? Text { get; set; }

        public Kind? Kind { get; set; }

        public DateTimeOffset? At { get; set; }

        public IReadOnlyList<string>? Texts { get; set; }

        public Part? Next { get; set; }
    }

    public record Positional(int Number, string Text);

    public struct Value
    {
        public int Number { get; set; }
    }

    public abstract record AbstractPart
    {
        public string? Text { get; set; }
    }

    public record PartWithObject
    {
        public object? Anything { get; set; }
    }
}
