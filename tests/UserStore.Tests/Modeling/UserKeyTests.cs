using Amazon.DynamoDBv2.DataModel;
using UserStore.Modeling;
using UserStore.TestKit.UserTypes;

namespace UserStore.Tests.Modeling;

public sealed class UserKeyTests
{
    private static readonly string[] Texts = ["a", "1:a", "/", "a/b", "#", ":", "\0", "0", "5:email", "ä", "\U0001F600", new string('x', 1_024)];

    [Fact]
    public void Strings_and_Guids_are_keys_and_other_keys_are_made()
    {
        Guid guid = Guid.NewGuid();
        UserKey text = "a";
        UserKey id = guid;

        (text.PartitionKey.ToString(), text.SortKey).Should().Be(("a", null));
        (text == UserKey.Of("a"), id == UserKey.Of(guid), id == UserKey.Of(guid.ToString())).Should().Be((true, true, false));
        (UserKey.Of(1) == UserKey.Of("1"), UserKey.Of("a", 1) == UserKey.Of("a"), UserKey.Of("a", 1) != UserKey.Of("a", "1")).Should().Be((false, false, true));
        UserKey.Of("tenant", 42).ToString().Should().Be("tenant/42");
        (default(UserKey).ToString(), default(UserKey) == default, default(UserKeyPart).ToString()).Should().Be(("", true, ""));
        Func<UserKey> none = () => (string)null!;
        none.Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void No_two_keys_have_the_same_text_and_each_text_is_its_key_again()
    {
        KeyModel model = UserModel.For<Member>(OptionsOf<Member>(UserKinds.Member.Describe!)).Key;
        UserKey[] keys = [.. Texts.SelectMany(_ => Texts, (one, other) => UserKey.Of(one, other))];

        keys.Select(KeyModel.ToText).Should().OnlyHaveUniqueItems();
        keys.Select(key => model.FromText(KeyModel.ToText(key))).Should().Equal(keys.Select(key => (UserKey?)key));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("9:a")]
    [InlineData("-1:a")]
    [InlineData(":a")]
    [InlineData("99999999999:a")]
    [InlineData(null)]
    public void Another_text_is_no_key(string? text)
        => UserModel.For<Member>(OptionsOf<Member>(UserKinds.Member.Describe!)).Key.FromText(text).Should().BeNull();

    [Fact]
    public void A_key_of_another_type_is_no_key_of_the_model()
    {
        UserModel.For<Visitor>(new UserStoreOptions()).Key.FromText("seven").Should().BeNull();
        UserModel.For<Account>(new UserStoreOptions()).Key.FromText("seven").Should().BeNull();
    }

    [Fact]
    public void A_key_must_have_the_parts_of_the_type()
    {
        ShouldViolate<Member>("is missing in the key: use UserKey.Of with two parts", "a");
        ShouldViolate<Member>("must be a string", UserKey.Of("a", 1));
        ShouldViolate<Member>("must not be empty", UserKey.Of("", "b"), UserKey.Of("a", ""), default);
        ShouldViolate<Member>("must not be longer than 1024 bytes of UTF-8", UserKey.Of("a", new string('x', 1_025)));
        ShouldViolate<Member>("must not be longer than 2048 bytes of UTF-8", UserKey.Of(new string('ä', 1_025), "b"));
        ShouldViolate<Account>("must be a Guid", "a", UserKey.Of(1));
        ShouldViolate<Account>("must not be empty", Guid.Empty);
        ShouldViolate<Account>("is the whole key: use UserKey.Of with one part", UserKey.Of(Guid.NewGuid(), "b"));
        ShouldViolate<Visitor>("must be an integer", "1", Guid.NewGuid());
        ShouldViolate<Small>("must be in the range of Byte", UserKey.Of(256), UserKey.Of(-1), UserKey.Of(long.MaxValue));
        UserModel.For<Small>(new UserStoreOptions()).Key.Check(UserKey.Of(255));
        UserModel.For<Visitor>(new UserStoreOptions()).Key.Check(UserKey.Of(long.MinValue));
    }

    private static void ShouldViolate<TUser>(string rule, params UserKey[] keys)
        where TUser : class
    {
        KeyModel model = UserModel.For<TUser>(typeof(TUser) == typeof(Member) ? OptionsOf(UserKinds.Member.Describe!) : new UserStoreOptions()).Key;
        foreach (UserKey key in keys)
        {
            Action check = () => model.Check(key);
            check.Should().Throw<InvalidUserException>().Which.Violations.Should().Contain(violation => violation.Rule == rule);
        }
    }

    private static UserStoreOptions OptionsOf<TUser>(Action<UserTypeBuilder<TUser>> describe)
        where TUser : class
    {
        var options = new UserStoreOptions();
        options.Describe(describe);
        return options;
    }

    [DynamoDBTable("Small")]
    public class Small
    {
        [DynamoDBHashKey]
        public byte Id { get; set; }
    }
}
