using System.Collections.Immutable;
using UserStore.Modeling;
using UserStore.Testing;

namespace UserStore.Tests.Modeling;

public sealed class UserCopierTests
{
    [Fact]
    public void Copies_share_no_mutable_state()
    {
        Rich user = Make();

        Rich copy = UserCopier.Copy(user);

        copy.Should().BeEquivalentTo(user, options => options.Excluding(u => u.Bytes));
        copy.Should().NotBeSameAs(user);
        copy.Tags.Should().BeSameAs(user.Tags, "it cannot change");
        copy.Immutable.Should().BeEquivalentTo(user.Immutable);
        Change(user);
        copy.Should().BeEquivalentTo(Make(), options => options.Excluding(u => u.Bytes));
        copy.Bytes!.ToArray().Should().Equal(1, 2);
    }

    [Fact]
    public void Copies_preserve_null_and_the_runtime_type()
    {
        UserCopier.Copy(new Rich()).Should().BeEquivalentTo(new Rich());
        UserCopier.Copy(
            new Rich { Nested = new DerivedPart { A = "a", B = "b" } }).Nested.Should().BeOfType<DerivedPart>().Which.B.Should().Be("b");
        UserCopier.Copy(
            new Rich { Readable = new List<string> { "x" } }).Readable.Should().BeOfType<List<string>>().And.BeEquivalentTo("x");
    }

    private static Rich Make() => FakeUsers.Create<Rich>(1) with
    {
        List = ["a"],
        Set = ["a"],
        Map = new() { ["k"] = [1] },
        Array = [[1], [2]],
        Nested = new Part { A = "a" },
        Parts = [new Part { A = "p" }],
        Readable = new List<string> { "r" },
        Bytes = new MemoryStream([1, 2]),
        Immutable = [1, 2],
        Mutable = "m",
    };

    private static void Change(Rich user)
    {
        user.List!.Add("b");
        user.Set!.Add("b");
        user.Map!["k"].Add(2);
        user.Array![0][0] = 9;
        user.Nested!.A = "b";
        user.Parts![0].A = "q";
        ((List<string>)user.Readable!).Add("s");
        user.Bytes!.WriteByte(9);
        user.Mutable = "n";
    }

#pragma warning disable USA020 // more types than a store accepts
    public record Rich : User
    {
        public List<string>? List { get; init; }

        public HashSet<string>? Set { get; init; }

        public Dictionary<string, List<int>>? Map { get; init; }

        public int[][]? Array { get; init; }

        public Part? Nested { get; init; }

        public IList<Part>? Parts { get; init; }

        public IReadOnlyCollection<string>? Readable { get; init; }

        public MemoryStream? Bytes { get; init; }

        public ImmutableArray<int>? Immutable { get; init; }

        public string? Mutable { get; set; }
    }
#pragma warning restore USA020

    public class Part
    {
        public string? A { get; set; }
    }

    public class DerivedPart : Part
    {
        public string? B { get; set; }
    }
}
