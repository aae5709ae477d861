using System.Security.Cryptography;
using System.Text;
using UserStore.Modeling;
using UserStore.Preparation;
using UserStore.TestKit.UserTypes;

namespace UserStore.Tests.Modeling;

public sealed class ReservedValueTests
{
    private static readonly string[] Texts = ["", "a", "1:a", "5:email", "S", "N1", ":", "sha256:", "\0", "ä", "\U0001F600", new string('x', 2_048)];

    private static readonly UserModel Model = UserModel.For<Member>(new UserStoreOptions());

    private static UniqueValue UserName => Model.UniqueValueOf(Model[nameof(Member.UserName)])!;

    [Fact]
    public void No_two_values_have_the_same_reservation()
    {
        StoredScalar?[] scopes =
        [
            null, new StoredScalar(ScalarKind.Number, "1"), .. Texts.Select(text => (StoredScalar?)new StoredScalar(ScalarKind.String, text)),
        ];
        IEnumerable<UniqueValue> names = Texts.Where(text => text.Length is > 0 and <= 255).Select(name => UserName with { Name = name });

        string[] keys = [.. names.SelectMany(name => scopes.SelectMany(scope => Texts.Select(text => new ReservedValue(name, text, scope).Key)))];

        keys.Should().OnlyHaveUniqueItems();
        keys.Should().OnlyContain(key => Encoding.UTF8.GetByteCount(key) <= 2_048);
    }

    [Fact]
    public void A_reservation_shows_its_property_and_value_unless_it_is_hashed()
    {
        string key = new ReservedValue(UserName, "ada", new StoredScalar(ScalarKind.String, "tenant-1")).Key;

        key.Should().Be("9:user-name9:Stenant-13:ada");
        ReservedValue.Parse(key, Model).Should().Be((UserName, "ada"));
        ReservedValue.Parse(new ReservedValue(UserName, new string('x', 2_048), null).Key, Model).Should().Be((null, null));
        ReservedValue.Parse("3:old0:3:ada", Model).Should().Be((null, "ada"), "the type no longer has the name");
        ReservedValue.Parse("rubbish", Model).Should().Be((null, null));
    }

    [Fact]
    public void The_reservation_of_a_value_never_changes()
    {
        UniqueValue email = UserModel.For<User>(new UserStoreOptions()).UniqueValues[0];

        new ReservedValue(email, "fake@example.test", null).Key.Should().Be("5:email0:17:fake@example.test");
        byte[] parts = Encoding.UTF8.GetBytes("5:email0:2048:" + new string('x', 2_048));
        new ReservedValue(email, new string('x', 2_048), null).Key.Should().Be("sha256:" + Convert.ToHexStringLower(SHA256.HashData(parts)));
    }

    [Theory]
    [InlineData("ada\u00A0b")]
    [InlineData("ada\u2003b")]
    [InlineData("ada\tb")]
    [InlineData("ada\0")]
    [InlineData("ada\u0085b")]
    [InlineData("ada\u2028b")]
    public void A_value_without_regard_to_case_has_no_white_space_other_than_blanks(string value)
    {
        var normalizer = new UniqueValueNormalizer(new UserStoreOptions());
        UniqueValue folded = UserName with { Normalization = UniqueValueNormalization.CaseInsensitive };

        normalizer.Normalize(folded, value, out _).Should().Contain("white space");
        normalizer.Normalize(folded, " Ada B\n", out string normalized).Should().BeNull();
        normalized.Should().Be("ada b");
    }
}
